"""Shared link shorteners. Carriers block them, because anybody can hide behind one: links of ours
are on our own host, in one hop (CTIA Messaging Principles 5.3.2, Twilio 30857)."""

from __future__ import annotations

SHORTENERS = frozenset((
    "bit.ly", "bitly.com", "bit.do", "buff.ly", "cutt.ly", "db.tt", "fb.me", "git.io", "goo.gl",
    "goo.su", "is.gd", "j.mp", "kutt.it", "lnkd.in", "lnk.to", "mcaf.ee", "moourl.com", "n9.cl",
    "ow.ly", "page.link", "qr.ae", "qrco.de", "rb.gy", "rebrand.ly", "rotf.lol", "s.id", "short.io",
    "shorte.st", "shorturl.at", "shrtco.de", "snip.ly", "soo.gd", "su.pr", "surl.li", "t.co",
    "t.ly", "t2m.io", "tiny.cc", "tiny.one", "tinyurl.com", "tny.im", "tr.im", "trib.al",
    "urlz.fr", "v.gd", "vk.cc", "wa.link", "wp.me", "x.co", "youtu.be", "zpr.io",
))


def is_shortener(host: str) -> bool:
    """Whether this host, or the domain it is under, is one that anybody shortens links with."""
    parts = host.lower().rstrip(".").split(".")
    return any(".".join(parts[n:]) in SHORTENERS for n in range(len(parts)))
