"""Plugins as their list shows them. Pure."""

from __future__ import annotations

from typing import Any, ClassVar

from pydock.render.human import ellipsis, short_id
from pydock.views.view import Fields, View


class PluginView(View):
    """One entry of GET /plugins."""

    go_type = "*plugin.pluginContext"
    TITLES: ClassVar[dict[str, str]] = {
        "ID": "ID",
        "Name": "NAME",
        "Description": "DESCRIPTION",
        "Enabled": "ENABLED",
        "PluginReference": "IMAGE",
    }
    FIELDS: ClassVar[Fields] = {
        "ID": (lambda v: v.p.get("Id") or "", "full ID"),
        "Name": (lambda v: v.Name, "name"),
        "Description": (lambda v: (v.p.get("Config") or {}).get("Description") or "", "description"),
        "Enabled": (lambda v: v.Enabled, "true or false"),
        "PluginReference": (lambda v: v.PluginReference or None, "image"),
    }  # fmt: skip
    DEFAULT = "{{.ID}}\t{{.Name}}\t{{.Description}}\t{{.Enabled}}"
    RAW = "plugin_id: {{.ID}}\nname: {{.Name}}\ndescription: {{.Description}}\nenabled: {{.Enabled}}\n"
    RAW_QUIET = "plugin_id: {{.ID}}"
    CONFIG = "pluginsFormat"

    def __init__(self, plugin: dict[str, Any], trunc: bool = True) -> None:
        self.p, self.trunc = plugin, trunc
        self.Name, self.PluginReference = str(plugin.get("Name") or ""), str(plugin.get("PluginReference") or "")
        self.Enabled = bool(plugin.get("Enabled"))

    def go_fields(self) -> dict[str, Any]:
        return {"trunc": self.trunc, "p": self.p}

    @property
    def ID(self) -> str:
        return short_id(self.p.get("Id") or "") if self.trunc else str(self.p.get("Id") or "")

    @property
    def Description(self) -> str:
        text = str((self.p.get("Config") or {}).get("Description") or "").replace("\n", " ").replace("\r", " ")
        return ellipsis(text, 45) if self.trunc else text
