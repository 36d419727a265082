"""The endpoints that this client knows: for completion. Pure.

A part in braces stands for an object, by the name of what completes it."""

from __future__ import annotations

#: path -> methods
ENDPOINTS: dict[str, str] = {
    "/_ping": "GET HEAD", "/auth": "POST", "/build": "POST", "/build/cancel": "POST", "/build/prune": "POST", "/commit": "POST",
    "/configs": "GET", "/configs/create": "POST", "/configs/{configs}": "DELETE GET", "/configs/{configs}/update": "POST",
    "/containers/create": "POST", "/containers/json": "GET", "/containers/prune": "POST", "/containers/{containers}": "DELETE",
    "/containers/{containers}/archive": "GET HEAD PUT", "/containers/{containers}/attach": "POST", "/containers/{containers}/changes": "GET",
    "/containers/{containers}/checkpoints": "GET POST", "/containers/{containers}/checkpoints/{}": "DELETE", "/containers/{containers}/exec": "POST",
    "/containers/{containers}/export": "GET", "/containers/{containers}/json": "GET", "/containers/{containers}/kill": "POST",
    "/containers/{containers}/logs": "GET", "/containers/{containers}/pause": "POST", "/containers/{containers}/rename": "POST",
    "/containers/{containers}/resize": "POST", "/containers/{containers}/restart": "POST", "/containers/{containers}/start": "POST",
    "/containers/{containers}/stats": "GET", "/containers/{containers}/stop": "POST", "/containers/{containers}/top": "GET",
    "/containers/{containers}/unpause": "POST", "/containers/{containers}/update": "POST", "/containers/{containers}/wait": "POST",
    "/distribution/{images}/json": "GET", "/events": "GET", "/exec/{}/json": "GET", "/exec/{}/resize": "POST", "/exec/{}/start": "POST", "/grpc": "POST",
    "/images/create": "POST", "/images/get": "GET", "/images/json": "GET", "/images/load": "POST", "/images/prune": "POST", "/images/search": "GET",
    "/images/{images}": "DELETE", "/images/{images}/history": "GET", "/images/{images}/json": "GET", "/images/{images}/push": "POST",
    "/images/{images}/tag": "POST", "/info": "GET", "/networks": "GET", "/networks/create": "POST", "/networks/prune": "POST",
    "/networks/{networks}": "DELETE GET", "/networks/{networks}/connect": "POST", "/networks/{networks}/disconnect": "POST", "/nodes": "GET",
    "/nodes/{nodes}": "DELETE GET", "/nodes/{nodes}/update": "POST", "/plugins": "GET", "/plugins/create": "POST", "/plugins/privileges": "GET",
    "/plugins/pull": "POST", "/plugins/{plugins}": "DELETE", "/plugins/{plugins}/disable": "POST", "/plugins/{plugins}/enable": "POST",
    "/plugins/{plugins}/json": "GET", "/plugins/{plugins}/push": "POST", "/plugins/{plugins}/set": "POST", "/plugins/{plugins}/upgrade": "POST",
    "/secrets": "GET", "/secrets/create": "POST", "/secrets/{secrets}": "DELETE GET", "/secrets/{secrets}/update": "POST", "/services": "GET",
    "/services/create": "POST", "/services/{services}": "DELETE GET", "/services/{services}/logs": "GET", "/services/{services}/update": "POST",
    "/session": "POST", "/swarm": "GET", "/swarm/init": "POST", "/swarm/join": "POST", "/swarm/leave": "POST", "/swarm/unlock": "POST",
    "/swarm/unlockkey": "GET", "/swarm/update": "POST", "/system/df": "GET", "/tasks": "GET", "/tasks/{tasks}": "GET", "/tasks/{tasks}/logs": "GET",
    "/version": "GET", "/volumes": "GET", "/volumes/create": "POST", "/volumes/prune": "POST", "/volumes/{volumes}": "DELETE GET PUT",
}  # fmt: skip
