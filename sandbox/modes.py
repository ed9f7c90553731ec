"""How the office can misbehave, and how that is said to people."""

from __future__ import annotations

# mode -> (label, what it does, seconds when none are given)
MODES: dict[str, tuple[str, str, float]] = {
    "ok": ("Works", "Takes every write", 0),
    "slow": ("Slow", "Does it, and answers late", 5),
    "busy": ("Busy", "Says 503 and when to come back", 2),
    "timeout_before": ("Times out, not done", "Does nothing and never answers", 30),
    "timeout_after": ("Times out, but did it", "Does it and never answers", 30),
    "silent": ("Says yes, does nothing", "Answers 200 and stores nothing", 0),
    "late": ("Shows late", "Does it, and shows it later", 20),
    "refuse": ("Refuses", "Says 422 with a reason", 0),
    "wrong": ("Stores another amount", "Does it wrong", 0),
    "error": ("Breaks, not done", "Says 500 and does nothing", 0),
    "error_after": ("Breaks, but did it", "Does it and says 500", 0),
    "redirect": ("Redirects", "Says 302 to an address inside", 0),
    "gone": ("Gone", "Says 410", 0),
}
READ_MODES = ("ok", "slow", "busy", "timeout_before", "error")
REASON = "The accounting period is closed."
MOST_SECONDS = 600
