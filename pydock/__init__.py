"""pydock: the docker command line in pure Python, straight to the Docker Engine's REST API."""

__version__ = "0.1.0"

#: The docker CLI whose behaviour is followed.
DOCKER_VERSION = "28.5.2"
#: The newest Engine API that is supported; from 1.52 on the requests are those of docker's CLI 29.7.
API_VERSION = "1.55"
#: The oldest Engine API that is supported.
MIN_API_VERSION = "1.24"
