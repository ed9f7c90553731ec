"""Which operation of the API does what each form of the console does.

A console rule -> the command it gives to, and the operationId of the API that calls the same one.
`test_console_routes.py` holds both sides to the table, and every POST of the console to be in it.
"""

from __future__ import annotations

from collections.abc import Mapping

TWINS: Mapping[str, tuple[str, str]] = {
    "/console/audit/export": ("export_audit", "exportAudit"),
    "/console/keys": ("make_api_key", "makeKey"),
    "/console/keys/<key_id>/revoke": ("revoke_api_key", "revokeKey"),
    "/console/settings/<name>": ("set_console_setting", "setSetting"),
    "/console/staff": ("invite_staff", "inviteStaff"),
    "/console/staff/<staff_id>/disable": ("disable_staff", "disableStaff"),
    "/console/staff/<staff_id>/enable": ("enable_staff", "enableStaff"),
    "/console/staff/<staff_id>/end-sessions": ("end_sessions", "endSessions"),
    "/console/staff/<staff_id>/reset": ("reset_staff", "resetStaff"),
    "/console/staff/<staff_id>/roles": ("change_roles", "changeRoles"),
    "/console/staff/<staff_id>/sessions/<session_id>/end": ("end_sessions", "endSession"),
    "/console/writebacks/<writeback_id>/replay": ("replay_writeback", "replayWriteback"),
    "/console/writebacks/connectors/<connector>/pause": ("pause_connector", "pauseConnector"),
    "/console/writebacks/connectors/<connector>/resume": ("resume_connector", "resumeConnector"),
    "/console/writebacks/replay": ("replay_writebacks", "replayWritebacks"),
}

# Forms that only a browser has, and why no program sends them.
BROWSER_ONLY: Mapping[str, str] = {
    "/console/invitation/<token>": "joining: there is no key before it",
    "/console/set-up": "joining: there is no key before it",
    "/console/sign-in": "a key needs no signing in",
    "/console/sign-in/code": "a key needs no signing in",
    "/console/sign-out": "ends the browser's own session",
}
