"""The words of our own on papers that no page makes, by language. A language without its own has
English ones; what was agreed to stands in the customer's language whatever these are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_ENGLISH = {
    "title": "What was agreed, and how",
    "made": "%(brand)s made this file from its records when the customer acted.",
    "agreed": "What was agreed to",
    "consented": "Agreed to before signing electronically",
    "signed": "Signature",
    "name": "Name as typed",
    "drawn": "Name as drawn",
    "who": "Who acted, and how we knew",
    "customer": "Customer",
    "contact": "Contact point",
    "ending": "%(channel)s, ending %(last)s",
    "identity": "Confirmed by",
    "fact": "and an answer only they know",
    "opened": "Link opened",
    "confirmed": "Confirmed",
    "strong": "Confirmed for this very choice",
    "acted": "Agreed",
    "address": "Address on the network",
    "browser": "Browser",
    "records": "Where it stands in the records",
    "reference": "Reference",
    "case": "Case",
    "outcome": "Outcome",
    "recorded": "Recorded",
    "workflow": "Workflow",
    "version": "%(key)s, version %(version)s",
    "hash": "SHA-256 of the workflow",
    "text_hash": "SHA-256 of the text",
    "text_version": "Version of the text",
    "shown_hash": "SHA-256 of what was shown",
    "record_hash": "SHA-256 of the record",
    "position": "Event",
    "number": "number %(n)s of the case's chain",
    "event_hash": "SHA-256 of the event",
    "language": "Language",
    "nothing": "not known",
    "seal": "%(brand)s signed this file electronically as an organisation, by its platform, the "
            "same way for all its customers: any later change shows. The customer acted as "
            "described above and has no key of their own in it.",
    "inside": "In this file are the texts, the record (outcome.json) and the event (event.json) "
              "whose digests stand above. Times are UTC.",
    "link": "the link alone", "code": "a code sent to the contact point", "none": "nobody",
}
_SPANISH = {
    "title": "Qué se acordó y cómo",
    "made": "%(brand)s hizo este archivo con sus registros cuando el cliente actuó.",
    "agreed": "Lo que se aceptó",
    "consented": "Aceptado antes de firmar electrónicamente",
    "signed": "Firma",
    "name": "Nombre escrito",
    "drawn": "Nombre dibujado",
    "who": "Quién actuó y cómo lo supimos",
    "customer": "Cliente",
    "contact": "Contacto",
    "ending": "%(channel)s, termina en %(last)s",
    "identity": "Confirmado por",
    "fact": "y una respuesta que solo esa persona sabe",
    "opened": "Enlace abierto",
    "confirmed": "Confirmado",
    "strong": "Confirmado para esta misma elección",
    "acted": "Aceptado",
    "address": "Dirección en la red",
    "browser": "Navegador",
    "records": "Dónde consta en los registros",
    "reference": "Referencia",
    "case": "Caso",
    "outcome": "Resultado",
    "recorded": "Registrado",
    "workflow": "Proceso",
    "version": "%(key)s, versión %(version)s",
    "hash": "SHA-256 del proceso",
    "text_hash": "SHA-256 del texto",
    "text_version": "Versión del texto",
    "shown_hash": "SHA-256 de lo mostrado",
    "record_hash": "SHA-256 del registro",
    "position": "Suceso",
    "number": "número %(n)s de la cadena del caso",
    "event_hash": "SHA-256 del suceso",
    "language": "Idioma",
    "nothing": "no se sabe",
    "seal": "%(brand)s firmó este archivo electrónicamente como organización, por su plataforma, "
            "igual para todos sus clientes: cualquier cambio posterior se nota. El cliente actuó "
            "como se describe arriba y no tiene en él una clave propia.",
    "inside": "En este archivo están los textos, el registro (outcome.json) y el suceso "
              "(event.json) cuyas huellas constan arriba. Las horas son UTC.",
    "link": "solo el enlace", "code": "una clave enviada al contacto", "none": "nadie",
}
_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({"en": _ENGLISH, "es": _SPANISH})


def words(locale: str) -> Mapping[str, str]:
    return _WORDS.get(locale.replace("_", "-").split("-")[0], _ENGLISH)
