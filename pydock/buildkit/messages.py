"""The messages of a BuildKit client, as tables. Names and numbers are those of moby's .proto files:

github.com/moby/buildkit: api/services/control/control.proto, api/types/worker.proto, frontend/gateway/pb/gateway.proto,
solver/pb/ops.proto (sources, ranges, platforms), solver/errdefs/errdefs.proto, session/*/*.proto;
github.com/tonistiigi/fsutil: types/wire.proto, types/stat.proto; grpc/status: google.rpc.Status.
"""

from __future__ import annotations

from pydock.buildkit.proto import BOOL, BYTES, INT, STRING, TIME, Message, keyed, many

# -- files ---------------------------------------------------------------------------------------------

STAT = Message(
    "fsutil.types.Stat", path=(1, STRING), mode=(2, INT), uid=(3, INT), gid=(4, INT), size=(5, INT), modTime=(6, INT),
    linkname=(7, STRING), devmajor=(8, INT), devminor=(9, INT), xattrs=(10, keyed(BYTES)),
)  # fmt: skip

#: the types of Packet
PACKET_STAT, PACKET_REQ, PACKET_DATA, PACKET_FIN, PACKET_ERR = range(5)
PACKET = Message("fsutil.types.Packet", type=(1, INT), stat=(2, STAT), ID=(3, INT), data=(4, BYTES))
DATA = Message("moby.filesync.v1.BytesMessage", data=(1, BYTES))

# -- services of the session ---------------------------------------------------------------------------

HEALTH = Message("grpc.health.v1.HealthCheckResponse", status=(1, INT))
GET_SECRET = Message("moby.buildkit.secrets.v1.GetSecretRequest", ID=(1, STRING))
SECRET = Message("moby.buildkit.secrets.v1.GetSecretResponse", data=(1, BYTES))
CHECK_AGENT = Message("moby.sshforward.v1.CheckAgentRequest", ID=(1, STRING))
ASK_CREDENTIALS = Message("moby.filesync.v1.CredentialsRequest", Host=(1, STRING))
CREDENTIALS = Message("moby.filesync.v1.CredentialsResponse", Username=(1, STRING), Secret=(2, STRING))
ASK_TOKEN = Message(
    "moby.filesync.v1.FetchTokenRequest", ClientID=(1, STRING), Host=(2, STRING), Realm=(3, STRING), Service=(4, STRING), Scopes=(5, many(STRING)),
)  # fmt: skip
TOKEN = Message("moby.filesync.v1.FetchTokenResponse", Token=(1, STRING), ExpiresIn=(2, INT), IssuedAt=(3, INT))
ASK_AUTHORITY = Message("moby.filesync.v1.GetTokenAuthorityRequest", Host=(1, STRING), Salt=(2, BYTES))
AUTHORITY = Message("moby.filesync.v1.GetTokenAuthorityResponse", PublicKey=(1, BYTES))
VERIFY_AUTHORITY = Message(
    "moby.filesync.v1.VerifyTokenAuthorityRequest", Host=(1, STRING), Payload=(2, BYTES), Salt=(3, BYTES)
)
VERIFIED_AUTHORITY = Message("moby.filesync.v1.VerifyTokenAuthorityResponse", Signed=(1, BYTES))

# -- sources -------------------------------------------------------------------------------------------

POSITION = Message("pb.Position", line=(1, INT), character=(2, INT))
RANGE = Message("pb.Range", start=(1, POSITION), end=(2, POSITION))
SOURCE_INFO = Message("pb.SourceInfo", filename=(1, STRING), data=(2, BYTES), language=(4, STRING))
GROUP = Message("pb.ProgressGroup", id=(1, STRING), name=(2, STRING), weak=(3, BOOL))

# -- Control -------------------------------------------------------------------------------------------

CACHE_ENTRY = Message("moby.buildkit.v1.CacheOptionsEntry", Type=(1, STRING), Attrs=(2, keyed(STRING)))
CACHE = Message("moby.buildkit.v1.CacheOptions", Exports=(4, many(CACHE_ENTRY)), Imports=(5, many(CACHE_ENTRY)))
UPDATE = Message("moby.buildkit.v1.sourcepolicy.Update", identifier=(1, STRING), attrs=(2, keyed(STRING)))
CONSTRAINT = Message(
    "moby.buildkit.v1.sourcepolicy.AttrConstraint", key=(1, STRING), value=(2, STRING), condition=(3, INT)
)
SELECTOR = Message(
    "moby.buildkit.v1.sourcepolicy.Selector",
    identifier=(1, STRING),
    match_type=(2, INT),
    constraints=(3, many(CONSTRAINT)),
)
RULE = Message("moby.buildkit.v1.sourcepolicy.Rule", action=(1, INT), selector=(2, SELECTOR), updates=(3, UPDATE))
POLICY = Message("moby.buildkit.v1.sourcepolicy.Policy", version=(1, INT), rules=(2, many(RULE)))
EXPORTER = Message("moby.buildkit.v1.Exporter", Type=(1, STRING), Attrs=(2, keyed(STRING)))
SOLVE = Message(
    "moby.buildkit.v1.SolveRequest", Ref=(1, STRING), ExporterDeprecated=(3, STRING), ExporterAttrsDeprecated=(4, keyed(STRING)),
    Session=(5, STRING), Frontend=(6, STRING), FrontendAttrs=(7, keyed(STRING)), Cache=(8, CACHE), Entitlements=(9, many(STRING)),
    Internal=(11, BOOL), SourcePolicy=(12, POLICY), Exporters=(13, many(EXPORTER)),
)  # fmt: skip
SOLVED = Message("moby.buildkit.v1.SolveResponse", ExporterResponse=(1, keyed(STRING)))

STATUS = Message("moby.buildkit.v1.StatusRequest", Ref=(1, STRING))
VERTEX = Message(
    "moby.buildkit.v1.Vertex", digest=(1, STRING), inputs=(2, many(STRING)), name=(3, STRING), cached=(4, BOOL), started=(5, TIME),
    completed=(6, TIME), error=(7, STRING), progressGroup=(8, GROUP),
)  # fmt: skip
VERTEX_STATUS = Message(
    "moby.buildkit.v1.VertexStatus", ID=(1, STRING), vertex=(2, STRING), name=(3, STRING), current=(4, INT), total=(5, INT),
    timestamp=(6, TIME), started=(7, TIME), completed=(8, TIME),
)  # fmt: skip
VERTEX_LOG = Message(
    "moby.buildkit.v1.VertexLog", vertex=(1, STRING), timestamp=(2, TIME), stream=(3, INT), msg=(4, BYTES)
)
VERTEX_WARNING = Message(
    "moby.buildkit.v1.VertexWarning", vertex=(1, STRING), level=(2, INT), short=(3, BYTES), detail=(4, many(BYTES)), url=(5, STRING),
    info=(6, SOURCE_INFO), ranges=(7, many(RANGE)),
)  # fmt: skip
STATUS_RESPONSE = Message(
    "moby.buildkit.v1.StatusResponse", vertexes=(1, many(VERTEX)), statuses=(2, many(VERTEX_STATUS)), logs=(3, many(VERTEX_LOG)),
    warnings=(4, many(VERTEX_WARNING)),
)  # fmt: skip

WORKER = Message("moby.buildkit.v1.types.WorkerRecord", ID=(1, STRING), Labels=(2, keyed(STRING)))
WORKERS = Message("moby.buildkit.v1.ListWorkersResponse", record=(1, many(WORKER)))

HISTORY = Message("moby.buildkit.v1.BuildHistoryRequest", ActiveOnly=(1, BOOL), Ref=(2, STRING), EarlyExit=(3, BOOL))
DESCRIPTOR = Message(
    "moby.buildkit.v1.Descriptor",
    media_type=(1, STRING),
    digest=(2, STRING),
    size=(3, INT),
    annotations=(5, keyed(STRING)),
)
RESULT_INFO = Message("moby.buildkit.v1.BuildResultInfo", Attestations=(2, many(DESCRIPTOR)))
RECORD = Message(
    "moby.buildkit.v1.BuildHistoryRecord",
    Ref=(1, STRING),
    Result=(10, RESULT_INFO),
    Results=(11, keyed(RESULT_INFO)),
)
HISTORY_EVENT = Message("moby.buildkit.v1.BuildHistoryEvent", type=(1, INT), record=(2, RECORD))

# -- LLBBridge: questions about a Dockerfile -----------------------------------------------------------

RESULT = Message("moby.buildkit.v1.frontend.Result", metadata=(10, keyed(BYTES)))
BRIDGE_SOLVE = Message(
    "moby.buildkit.v1.frontend.SolveRequest", Frontend=(2, STRING), FrontendOpt=(3, keyed(STRING)), allowResultReturn=(5, BOOL),
    allowResultArrayRef=(6, BOOL), CacheImports=(12, many(CACHE_ENTRY)),
)  # fmt: skip
BRIDGE_SOLVED = Message("moby.buildkit.v1.frontend.SolveResponse", result=(3, RESULT))

# -- containerd's content store: the engine's build records, and local OCI layouts ------------------------------------

CONTENT_SERVICE = "/containerd.services.content.v1.Content/"
CONTENT_INFO = Message(
    "containerd.services.content.v1.Info", digest=(1, STRING), size=(2, INT), created_at=(3, TIME), updated_at=(4, TIME)
)
ASK_CONTENT_INFO = Message("containerd.services.content.v1.InfoRequest", digest=(1, STRING))
CONTENT_INFO_RESPONSE = Message("containerd.services.content.v1.InfoResponse", info=(1, CONTENT_INFO))
#: the actions of WriteContentRequest
WRITE_STAT, WRITE_WRITE, WRITE_COMMIT = range(3)
WRITE_CONTENT = Message(
    "containerd.services.content.v1.WriteContentRequest", action=(1, INT), ref=(2, STRING), total=(3, INT), expected=(4, STRING),
    offset=(5, INT), data=(6, BYTES),
)  # fmt: skip
WRITTEN_CONTENT = Message(
    "containerd.services.content.v1.WriteContentResponse", action=(1, INT), started_at=(2, TIME), updated_at=(3, TIME), offset=(4, INT),
    total=(5, INT), digest=(6, STRING),
)  # fmt: skip
READ_CONTENT = Message(
    "containerd.services.content.v1.ReadContentRequest", digest=(1, STRING), offset=(2, INT), size=(3, INT)
)
CONTENT = Message("containerd.services.content.v1.ReadContentResponse", offset=(1, INT), data=(2, BYTES))

# -- errors --------------------------------------------------------------------------------------------

ANY = Message("google.protobuf.Any", type_url=(1, STRING), value=(2, BYTES))
RPC_STATUS = Message("google.rpc.Status", code=(1, INT), message=(2, STRING), details=(3, many(ANY)))
BRIDGE_RETURN = Message("moby.buildkit.v1.frontend.ReturnRequest", result=(1, RESULT), error=(2, RPC_STATUS))
