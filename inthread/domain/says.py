"""What each audit event says, in a plain sentence for staff."""

from __future__ import annotations

from collections.abc import Mapping

from inthread.domain.audit import AuditEvent as E
from inthread.domain.money import Money

# Fields are details of the event; a sentence never needs one that may be missing.
_SAYS: Mapping[E, str] = {
    E.CASE_OPENED: "The case was opened.",
    E.CASE_REFRESHED: "The source sent newer facts.",
    E.CASE_CLOSED: "The system of record shows the outcome. The case is closed.",
    E.CASE_REOPENED: "The system of record shows the part. The rest is still open.",
    E.CASE_WITHDRAWN: "The case was taken back. Nothing more is sent.",
    E.CASE_EXPIRED: "The case's time is over. Nothing more is sent.",
    E.CASE_HANDED_OVER: "A person has it now: {reason}.",
    E.CASE_RESUMED: "The case goes on by itself again.",
    E.CASE_PAUSED: "The case was paused. Nothing is asked until it ends.",
    E.CASE_UNPAUSED: "The pause was ended early.",
    E.MESSAGE_QUEUED: "A message is ready to leave by {channel}.",
    E.MESSAGE_HELD: "A message was held back: {reasons}.",
    E.MESSAGE_SENT: "A message left by {channel}.",
    E.MESSAGE_FAILED: "A message could not be sent.",
    E.MESSAGE_CANCELLED: "A message is no longer wanted: {reasons}.",
    E.MESSAGE_SKIPPED: "A step of the cadence does not apply and was passed over.",
    E.MESSAGE_DELIVERED: "The provider says of a message by {channel}: {state}.",
    E.REPLY_HEARD: "A reply came by {channel}: {intent}.",
    E.REPLY_RESOLVED: "A person read the reply: {result}.",
    E.CONTACT_STOPPED: "Nothing more goes to this contact point: {why}.",
    E.CONTACT_STARTED: "The stop was taken back by {source}.",
    E.CONTACT_CHANGED: "The customer changed how they are reached.",
    E.LINK_OPENED: "The customer opened the link.",
    E.LINK_RENEWED: "The customer asked for a new link.",
    E.LINK_RESENT: "A person sent the link again by {channel}.",
    E.LINK_REVOKED: "The link was switched off.",
    E.LINK_UNKNOWN_ROW: "A link signed by us came back, and we do not have it.",
    E.CODE_SENT: "The customer asked for a code.",
    E.CODE_PASSED: "The customer gave the right code.",
    E.CODE_WRONG: "The customer gave a wrong code.",
    E.CODE_REPLAYED: "A code was given that had been used.",
    E.CODE_LOCKED: "Too many wrong codes: no more are taken for now.",
    E.FACT_PASSED: "The customer knew the answer.",
    E.FACT_WRONG: "The customer gave a wrong answer.",
    E.VISIT_LEFT: "The customer left.",
    E.OFFERED: "The customer was shown what they can do.",
    E.DENIED: "An action was refused: {why}.",
    E.CHOSEN: "The customer chose: {action}.",
    E.OUTCOME: "The customer finished: {action}{amount}.",
    E.EVIDENCE_MADE: "The signed evidence of what was agreed to was made.",
    E.EVIDENCE_REFUSED: "No evidence was signed: {why}.",
    E.PAYMENT_STARTED: "The customer went to pay{amount}.",
    E.PAYMENT_SUCCEEDED: "The payment provider says that the money moved{amount}.",
    E.PAYMENT_FAILED: "The payment failed. No money moved.",
    E.PAYMENT_UNCLEAR: "Nobody can tell yet whether money moved.",
    E.PAYMENT_REFUNDED: "Money was given back.",
    E.PAYMENT_DISPUTED: "The payer's bank asks for the money back.",
    E.PAYMENT_LOST: "The payer's bank took the money back.",
    E.PAYMENT_SET: "The customer set {on} as the day to pay{amount}.",
    E.PAYMENT_CALLED_OFF: "The payment set for {on} was called off: {why}.",
    E.PAYMENT_CHARGING: "The payment that is due today is being taken{amount}.",
    E.CARD_KEPT: "The payment provider keeps the customer's {brand} ending in {last_four}.",
    E.PAYER_LINK_MADE: "The customer made a link with which somebody else may pay{amount}.",
    E.PAYER_LINK_OPENED: "Somebody went to pay by a link of the customer's.",
    E.PAYER_LINK_OFF: "The customer switched the link for somebody else off.",
    E.WRITEBACK_SENDING: "The outcome is on its way to {connector}.",
    E.WRITEBACK_APPLIED: "{connector} took the outcome. It is not proved yet.",
    E.WRITEBACK_UNHEARD: "{connector} gave no clear answer. It will be looked up.",
    E.WRITEBACK_PROVED: "{connector} shows the outcome: it is proved.",
    E.WRITEBACK_FAILED: "{connector} does not have the outcome.",
    E.WRITEBACK_REPLAYED: "A person had the outcome tried again at once.",
    E.CONNECTOR_SILENT: "The system does not answer: it is called once a minute until it does.",
    E.CONNECTOR_ANSWERING: "The system answers again.",
    E.CONNECTOR_PAUSED: "Calls to the system were paused: {why}.",
    E.CONNECTOR_RESUMED: "Calls to the system go on.",
    E.AUDIT_EXPORTED: "A part of the audit was taken out of the house as {form}.",
    E.WORK_RESOLVED: "A person resolved it: {result}.",
    E.WORK_CLAIMED: "A person took it on until {until}.",
    E.WORK_RELEASED: "It was given back to its queue.",
    E.WORK_ASSIGNED: "It was given to {to}.",
    E.WORK_COMMENTED: "A person wrote a comment.",
    E.KEY_MADE: "An API key was made.",
    E.KEY_REVOKED: "An API key was revoked.",
    E.STAFF_INVITED: "Somebody was invited to the console.",
    E.STAFF_RESET: "A new way in was made: the old ones no longer work.",
    E.STAFF_JOINED: "The invitation was accepted.",
    E.STAFF_SIGNED_IN: "Signed in from {network}.",
    E.STAFF_REFUSED: "A try to sign in was refused at the {factor}.",
    E.STAFF_REPLAYED: "A code that had been used was shown again, and refused.",
    E.STAFF_SIGNED_OUT: "Signed out.",
    E.STAFF_SESSIONS_ENDED: "Sessions were ended: {ended}.",
    E.STAFF_ROLES: "The roles were changed from {before} to {after}.",
    E.STAFF_DISABLED: "The account was disabled, and its sessions ended.",
    E.STAFF_ENABLED: "The account was enabled again.",
    E.STAFF_PASSWORD: "The password was changed.",
    E.STAFF_RECOVERY: "New recovery codes were made; the old ones no longer work.",
    E.STAFF_ZONE: "Times are now shown in {zone}.",
    E.STAFF_DENIED: "Was turned away from {asked}.",
    E.CONSOLE_SETTING_SET: "The setting {name} was changed from {before} to {after}.",
    E.WORKFLOW_PUBLISHED: "A version of the workflow was published.",
    E.WORKFLOW_UNSCHEDULED: "Version {version} was taken off before it was in force.",
    E.DRAFT_STARTED: "A draft was begun from version {base}.",
    E.DRAFT_CHANGED: "The draft was changed.",
    E.DRAFT_BROUGHT_UP: "The draft was brought up to date with version {base}.",
    E.IMPACT_ASKED: "The impact was measured on {decisions} decisions.",
    E.DRAFT_SUBMITTED: "The draft was submitted for approval.",
    E.DRAFT_APPROVED: "The draft was approved: {given} of {needed}.",
    E.DRAFT_APPROVAL_REFUSED: "An approval was refused: {why}.",
    E.DRAFT_SENT_BACK: "The draft was sent back to its authors.",
    E.DRAFT_WITHDRAWN: "The draft was given up.",
    E.DRAFT_PUBLISHED: "The draft was published as version {version}.",
    E.POLICY_TEST_SAVED: "A policy test was saved.",
    E.POLICY_TEST_REMOVED: "A policy test was removed.",
    E.BINDING_TESTED: "The binding {connector} {operation} was tested.",
    E.PERSON_REVEALED: "A person looked at the name and the addresses: {reason}.",
    E.PERSON_HELD: "A hold was put on the person: nothing about them is removed.",
    E.PERSON_RELEASED: "The hold was taken away.",
    E.PERSON_ERASED: "What may go was erased.",
    E.PERSON_FORGOTTEN: "The person was removed: the time to keep them was over.",
    E.CASE_FORGOTTEN: "The case was removed: the time to keep it was over.",
    E.DOCUMENT_KEPT: "A file came and was kept: {kind}, {state}.",
    E.DOCUMENT_REFUSED: "A file with malware was refused: {found}. Nothing of it was kept.",
    E.DOCUMENT_CHECKED: "A file that waited for the scanner is clean.",
    E.DOCUMENT_FOUND: "Malware was found in a file that waited: {found}. It was deleted.",
    E.DOCUMENT_READ: "A person opened a document.",
    E.DOCUMENT_FORGOTTEN: "A document was deleted: the time to keep it was over ({kind}).",
    E.DOCUMENTS_ROTATED: "Documents were sealed by the newest key: {renewed}.",
    E.RETENTION: "What was kept long enough was removed.",
}


def says(event: str, detail: Mapping[str, object]) -> str:
    """The sentence of an event as it was recorded."""
    shown = {name: _shown(name, value) for name, value in detail.items()}
    return _SAYS[E(event)].format_map(_Blank(shown))


class _Blank(dict[str, str]):
    """What a detail lacks is left out."""

    def __missing__(self, name: str) -> str:
        return "" if name == "amount" else "not said"


def _shown(name: str, value: object) -> str:
    if name == "amount":
        return f", {_amount(value)}" if isinstance(value, Mapping) else ""
    if isinstance(value, list | tuple):
        return ", ".join(_words(each) for each in value) or "not said"
    return _words(value) if value is not None else "not said"


def _words(value: object) -> str:
    return str(value).replace("_", " ")


def _amount(value: Mapping[str, object]) -> str:
    amount = Money(int(str(value["minor"])), str(value["currency"]))
    return f"{amount.plain()} {amount.currency}"
