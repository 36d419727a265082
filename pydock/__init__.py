"""pydock: the docker command line in pure Python, straight to the Docker Engine's REST API."""

__version__ = "0.1.0"

#: The docker CLI whose behaviour is followed, and the newest Engine API that is spoken.
DOCKER_VERSION = "28.5.2"
API_VERSION = "1.51"
#: The oldest Engine API that is spoken.
MIN_API_VERSION = "1.24"
