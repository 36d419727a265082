"""Bodies with misspelt keys, which mypy refuses: where it would accept one, it would report the comment as unused."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydock.api.types import (
        Config,
        CreateContainer,
        CreateNetwork,
        HostConfig,
        ServiceSpec,
        StoredSpec,
        SwarmSpec,
        TaskSpec,
        UpdateContainer,
    )

    def plain() -> HostConfig:
        return {"Memry": 1}  # type: ignore[typeddict-unknown-key]

    def conditional(signal: str) -> Config:
        return {**({"StopSignl": signal} if signal else {})}  # type: ignore[typeddict-unknown-key]

    def nested(config: Config) -> CreateContainer:
        return {**config, "HostConfig": {"Bind": []}, "NetworkingConfig": {"EndpointsConfig": {}}}  # type: ignore[typeddict-unknown-key]

    def of_another_type() -> UpdateContainer:
        return {"PidsLimit": "1"}  # type: ignore[typeddict-item]

    def read(network: CreateNetwork) -> object:
        return network["Lables"]  # type: ignore[typeddict-item]

    def of_a_service(task: TaskSpec) -> ServiceSpec:
        return {"TaskTemplate": {**task, "Resource": {}}}  # type: ignore[typeddict-unknown-key]

    def of_a_swarm(spec: SwarmSpec) -> SwarmSpec:
        return {**spec, "Raft": {"SnapshotIntervall": 1}}  # type: ignore[typeddict-unknown-key]

    def of_a_secret() -> StoredSpec:
        return {"Data": b""}  # type: ignore[typeddict-item]
