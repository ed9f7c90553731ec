"""Which operation of the API does what each form of the console does.

A console rule -> the command it gives to, and the operationId of the API that calls the same one.
`test_console_routes.py` holds both sides to the table, and every POST of the console to be in it.
"""

from __future__ import annotations

from collections.abc import Mapping

TWINS: Mapping[str, tuple[str, str]] = {
    "/console/account/end-sessions": ("end_sessions", "endSessions"),
    "/console/account/sessions/<session_id>/end": ("end_sessions", "endSession"),
    "/console/audit/export": ("export_audit", "exportAudit"),
    "/console/cases/<case_id>/close": ("close_case", "closeCase"),
    "/console/cases/<case_id>/hand-over": ("hand_over_case", "handOverCase"),
    "/console/cases/<case_id>/link": ("resend_link", "resendLink"),
    "/console/cases/<case_id>/pause": ("pause_case", "pauseCase"),
    "/console/cases/<case_id>/resume": ("resume_case", "resumeCase"),
    "/console/cases/<case_id>/reveal": ("reveal_person", "revealPerson"),
    "/console/drafts": ("start_draft", "startDraft"),
    "/console/drafts/<draft_id>/add/<kind>": ("change_draft", "changeDraft"),
    "/console/drafts/<draft_id>/approve": ("approve_draft", "approveDraft"),
    "/console/drafts/<draft_id>/document": ("change_draft", "changeDraft"),
    "/console/drafts/<draft_id>/document/dmn": ("change_draft", "changeDraft"),
    "/console/drafts/<draft_id>/impact": ("measure_impact", "measureImpact"),
    "/console/drafts/<draft_id>/parts/<tab>": ("change_draft", "changeDraft"),
    "/console/drafts/<draft_id>/rules/<table>": ("change_draft", "changeDraft"),
    "/console/drafts/<draft_id>/send-back": ("send_back_draft", "sendBackDraft"),
    "/console/drafts/<draft_id>/submit": ("submit_draft", "submitDraft"),
    "/console/drafts/<draft_id>/tests": ("save_policy_test", "savePolicyTest"),
    "/console/drafts/<draft_id>/tests/<test_id>/remove": ("remove_policy_test", "removePolicyTest"),
    "/console/drafts/<draft_id>/tests/binding": ("test_binding", "testBinding"),
    "/console/drafts/<draft_id>/update": ("update_base", "updateDraft"),
    "/console/drafts/<draft_id>/withdraw": ("withdraw_draft", "withdrawDraft"),
    "/console/exceptions/<item_id>/assign": ("assign_work_item", "assignWork"),
    "/console/exceptions/<item_id>/claim": ("claim_work_item", "claimWork"),
    "/console/exceptions/<item_id>/comments": ("comment_work_item", "commentWork"),
    "/console/exceptions/<item_id>/release": ("release_work_item", "releaseWork"),
    "/console/exceptions/<item_id>/resolve": ("resolve_work_item", "resolveWork"),
    "/console/exceptions/resolve": ("resolve_work_items", "resolveAlike"),
    "/console/keys": ("make_api_key", "makeKey"),
    "/console/keys/<key_id>/revoke": ("revoke_api_key", "revokeKey"),
    "/console/people/<person_id>/reveal": ("reveal_person", "revealPerson"),
    "/console/replies/<reply_id>/resolve": ("resolve_reply", "resolveReply"),
    "/console/settings/<name>": ("set_console_setting", "setSetting"),
    "/console/staff": ("invite_staff", "inviteStaff"),
    "/console/staff/<staff_id>/disable": ("disable_staff", "disableStaff"),
    "/console/staff/<staff_id>/enable": ("enable_staff", "enableStaff"),
    "/console/staff/<staff_id>/end-sessions": ("end_sessions", "endSessions"),
    "/console/staff/<staff_id>/reset": ("reset_staff", "resetStaff"),
    "/console/staff/<staff_id>/roles": ("change_roles", "changeRoles"),
    "/console/staff/<staff_id>/sessions/<session_id>/end": ("end_sessions", "endSession"),
    "/console/what-if/test": ("save_policy_test", "savePolicyTest"),
    "/console/workflows/<key>/roll-back": ("roll_back", "rollBack"),
    "/console/workflows/<key>/unschedule": ("unschedule_version", "unscheduleVersion"),
    "/console/writebacks/<writeback_id>/replay": ("replay_writeback", "replayWriteback"),
    "/console/writebacks/connectors/<connector>/pause": ("pause_connector", "pauseConnector"),
    "/console/writebacks/connectors/<connector>/resume": ("resume_connector", "resumeConnector"),
    "/console/writebacks/replay": ("replay_writebacks", "replayWritebacks"),
}

# Forms that only a browser has, and why no program sends them.
BROWSER_ONLY: Mapping[str, str] = {
    "/console/account/keys": "a key of one's own takes a person who signed in; no key makes one",
    "/console/account/keys/<key_id>/revoke": "the same; revokeKey ends any key",
    "/console/account/password": "only who signed in, and types the old one, sets a new one",
    "/console/account/recovery-codes": "only who signed in, and shows a code, gets new ones",
    "/console/account/zone": "how one person reads the times of these pages",
    "/console/cases": "only puts what is looked for into the address, sealed: searchCases finds it",
    "/console/invitation/<token>": "joining: there is no key before it",
    "/console/set-up": "joining: there is no key before it",
    "/console/sign-in": "a key needs no signing in",
    "/console/sign-in/code": "a key needs no signing in",
    "/console/what-if": "asks and changes nothing: whatIf answers the same",
    "/console/sign-in/provider/return": "the organisation's own answer, through a browser",
    "/console/sign-out": "ends the browser's own session",
}
