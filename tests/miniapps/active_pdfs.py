"""A PDF for each way in which a PDF can act (ISO 32000-2, 12.6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pikepdf

from tests.miniapps.files import Array, Dictionary, Name, pdf

Change = Callable[[pikepdf.Pdf], None]


def root(**entries: object) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        for key, value in entries.items():
            document.Root[f"/{key}"] = value

    return change


def annotation(**entries: object) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **entries)
        document.pages[0].Annots = Array([document.make_indirect(note)])

    return change


def action(kind: str) -> Change:
    return annotation(Subtype=Name.Link, A=Dictionary(S=Name(f"/{kind}"), F="x"))


def page_event(document: pikepdf.Pdf) -> None:
    document.pages[0].AA = Dictionary(O=Dictionary(S=Name.Named, N=Name.NextPage))


def attachment(document: pikepdf.Pdf) -> None:
    document.attachments["run.exe"] = b"MZ"


def chained(document: pikepdf.Pdf) -> None:
    """A script behind two harmless actions, in plain dictionaries inside one another."""
    second = Dictionary(S=Name.Named, N=Name.NextPage, Next=SCRIPT)
    first = Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]), Next=Array([second]))
    document.Root.OpenAction = first


def embedded_file(document: pikepdf.Pdf) -> None:
    """Bytes kept in the document as a file, without any name leading to them."""
    stream = pikepdf.Stream(document, b"MZ", Type=Name.EmbeddedFile)
    document.Root.Odd = document.make_indirect(stream)


SCRIPT = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
ACTIONS = ("Launch", "GoToR", "GoToE", "SubmitForm", "ImportData", "Rendition", "Movie", "Sound")

CHANGES: Mapping[str, Change] = {
    "open_action": root(OpenAction=SCRIPT),
    "open_action_launch": root(OpenAction=Dictionary(S=Name.Launch, F="cmd.exe")),
    "open_action_uri": root(OpenAction=Dictionary(S=Name.URI, URI="http://a.example/")),
    "open_action_odd": root(OpenAction=7),
    "chained": chained,
    "named_script": root(Names=Dictionary(JavaScript=Dictionary(Names=Array([])))),
    "page_event": page_event,
    "where_no_viewer_looks": root(Odd=Array([Array([Dictionary(X=SCRIPT)])])),
    "field_script": root(AcroForm=Dictionary(Fields=Array([]), Odd=Dictionary(JS="1"))),
    "xfa": root(AcroForm=Dictionary(Fields=Array([]), XFA="<x/>")),
    "attachment": attachment,
    "embedded_file": embedded_file,
    "file_specification": root(Odd=Dictionary(Type=Name.Filespec, EF=Dictionary(F=7))),
    "attachment_note": annotation(Subtype=Name.FileAttachment),
    "rich_media": annotation(Subtype=Name.RichMedia),
    "three_d": annotation(Subtype=Name("/3D")),
    "movie": annotation(Subtype=Name.Movie),
    "screen": annotation(Subtype=Name.Screen),
    **{f"action_{kind}": action(kind) for kind in ACTIONS},
}


def active_pdf(name: str, *, packed: bool = False) -> bytes:
    """*packed*: its objects lie in compressed object streams, where a search of the bytes finds
    nothing."""
    kind = pikepdf.ObjectStreamMode
    return pdf(CHANGES[name], object_stream_mode=kind.generate if packed else kind.disable)
