"""How people ask us to stop, in English, Spanish and French, as `plain_words.fold` leaves it: small
letters, no accents, no apostrophes, one space between words.

From 47 CFR 64.1200(a)(10), the CTIA Messaging Principles 5.1.3, Twilio's keywords, and what people
write instead. No quantifier stands within another (ASVS 1.3.12).
"""

from __future__ import annotations

import re

# Said alone, however it is spelled or spaced.
STOP_SPELLED = frozenset((
    "stop", "stopall", "unsubscribe", "optout", "revoke", "quit", "cancel", "desabonner",
    "desinscrire",
    # Mistyped, in other alphabets and with digits.
    "stopp", "sstop", "sttop", "stoop", "stopstop", "sotp", "tsop", "stpo", "stp", "stopo",
    "st0p", "5top", "5t0p", "ctop", "cto\u043f", "unsubcribe", "unsuscribe", "unsubscibe",
    "unsubscribed", "unsubsribe", "unsubscrib", "unsub", "cancle", "quitt", "optoutt",
))
# Said alone; in company most of them mean other things too ("alto": high).
STOP_ALONE = frozenset((
    "end", "cease", "end all", "no more", "remove",
    "alto", "alto ya", "baja", "basta", "basta ya", "ya basta", "cancelar", "parar", "pare",
    "paren", "para", "detener", "detengan", "salir", "no mas", "ya no", "ya no mas",
    "arret", "arrete", "arretez", "arreter", "cessez", "annuler", "desabonnement",
    "desinscription",
))
# Said in one clause, whatever stands in the others.
STOP_SAID = frozenset((
    "stop all", "stop it", "stop this", "stop that", "stop these", "stop them", "stop everything",
    "stop sms", "can you stop", "could you stop", "would you stop", "will you stop",
    "you need to stop", "opt out", "opt me out", "opting out", "i opt out", "remove me",
    "delete me", "unsubscribe me", "unsubscribe all", "leave me alone", "lose my number",
    "cease and desist", "remove my number", "delete my number", "remove this number",
    "cancelar suscripcion", "borrenme", "borrame", "quitenme", "quitame", "eliminenme",
    "dejenme en paz", "dejeme en paz",
    "stop tout", "arretez tout", "arretez ca", "ca suffit", "me desabonner", "se desabonner",
    "desabonnez moi", "desinscrivez moi", "je me desabonne", "je veux me desabonner",
    "laissez moi tranquille", "retirez moi", "supprimez moi",
))

_ASK = (
    r"(?:i want you to |i need you to |i would like you to |id like you to |can you |could you "
    r"|would you |will you |you must |you need to |you have to |you should )?"
)
_WISH = r"(?:i want to |i would like to |id like to |i need to |i wish to |we want to |want to )?"
_NOT = r"(?:i |we )?(?:do not|dont|never|no longer)(?: ever)?"
_WHO = r"(?: me| us| my phone| my number| this number| this phone| here)?"
_WHICH = r"(?: all| any| more| of| the| these| those| your| this| such| further| other){0,4}"
_THINGS = (
    r" (?:texts|text|txts|txt|texting|text messages|messages|message|messaging|msgs|msg|sms"
    r"|calls|emails|email|e mails|reminders|notifications|alerts|communications|contact|crap|spam)"
)
_FROM = r"(?: to me| to us| for me| from you| to this number| to my phone| to my number)?"
_EVER = (
    r"(?: anymore| any more| again| ever| ever again| forever| already| at all| now| immediately"
    r"| today| asap){0,2}"
)
_WRITING = (
    r"(?:texting|txting|messaging|contacting|calling|emailing|mailing|writing|bothering|harassing"
    r"|spamming|phoning|bugging|annoying)"
)
_WRITE = r"(?:text|txt|message|msg|contact|call|email|phone|write|write to|bother|disturb)"
_LISTS = r"(?: mailing| calling| contact)?(?: list| lists| system| database| records)"

_ENGLISH = (
    rf"{_ASK}(?:stop|quit|cease) {_WRITING}(?: to)?{_WHO}{_EVER}",
    rf"{_ASK}(?:stop|quit|cease)(?: sending| with){_WHO}{_WHICH}(?:{_THINGS})?{_FROM}{_EVER}",
    rf"{_ASK}(?:stop|end|quit|cease|cancel){_WHICH}{_THINGS}{_FROM}{_EVER}",
    rf"{_WISH}(?:stop|quit) (?:getting|receiving){_WHICH}{_THINGS}{_FROM}{_EVER}",
    rf"{_NOT} {_WRITE}{_WHO}{_EVER}",
    rf"{_NOT} send{_WHO}{_WHICH}{_THINGS}{_FROM}{_EVER}",
    rf"{_NOT} (?:want|wish|need)(?: to get| to receive)?{_WHICH}{_THINGS}{_FROM}{_EVER}",
    rf"{_NOT} (?:want|wish) to be (?:contacted|texted|called|messaged){_EVER}",
    rf"no more{_WHICH}{_THINGS}{_FROM}{_EVER}",
    rf"no more {_WRITING}{_WHO}{_EVER}",
    rf"{_ASK}(?:take|remove|delete|get|drop)(?: me| us| my number| my phone number| my phone"
    rf"| this number| my name)(?: off| from| out)(?: of)?{_WHICH}(?:{_LISTS}|{_THINGS}){_EVER}",
    rf"{_WISH}(?:opt|opting|opted)(?: me| us)? out(?: of| from)?{_WHICH}(?:{_THINGS})?{_EVER}",
    rf"{_WISH}(?:i hereby |hereby |i )?(?:revoke|withdraw|cancel|rescind)(?: my| all| any){{0,2}} "
    r"(?:consent|permission|authorization)",
    rf"{_ASK}{_WISH}(?:unsubscribe|unsub)(?: me| us| my number| this number)?(?: from| to)?"
    rf"{_WHICH}(?: list| lists|{_THINGS})?{_EVER}",
)

_ES_WRITE = (
    r"(?:escriban|escriba|escribas|manden|mande|mandes|envien|envie|envies|contacten|contacte"
    r"|contactes|llamen|llame|llames|molesten|moleste|molestes|texteen|textee)"
)
_ES_WRITING = r"(?:escrib|mand|envi|contact|llam|molest|text)(?:ir|ar|ear)(?:me|nos)?"
_ES_THINGS = r"(?: sus)?(?: mensajes| mensaje| textos| sms| correos| llamadas| avisos| nada)"
_SPANISH = (
    rf"(?:ya )?(?:no|nunca) (?:me|nos) (?:vuelvan a |vuelva a )?{_ES_WRITE}(?: mas| otra vez"
    rf"| nunca| ya){{0,2}}(?:{_ES_THINGS})?(?: mas)?",
    rf"(?:ya )?no (?:quiero|deseo) que me {_ES_WRITE}(?: mas)?(?:{_ES_THINGS})?(?: mas)?",
    r"(?:dejen|deje|deja|dejad|paren|pare|para|parad|dejar|parar) de (?:me )?"
    rf"{_ES_WRITING}(?: mas)?(?:{_ES_THINGS})?(?: mas)?",
    r"(?:ya )?no (?:mas|quiero(?: mas| recibir| recibir mas)?|deseo recibir|envien mas"
    rf"|manden mas|envie mas|mande mas){_ES_THINGS}(?: de ustedes| suyos)?(?: mas)?",
    r"(?:quiero |deseo |quisiera )?(?:dar|darme|darse|deme|denme|dame) de baja"
    r"(?: mi numero| este numero)?(?: de la lista| de esta lista| de su lista)?",
)

_FR_WRITE = r"(?:ecri|envoye|envoie|contact|appel|derang|harcel|importun|rappel)[a-z]{0,6}"
_FR_THINGS = (
    r"(?: de| des| les| vos| ces| aucun| tous les)? (?:messages|message|sms|textos|texto|appels"
    r"|mails|relances|rien)"
)
_FRENCH = (
    rf"(?:ne |n )?(?:me |m|nous ){_FR_WRITE}(?: moi)? plus(?: jamais)?(?:{_FR_THINGS})?",
    r"(?:arretez|arrete|cessez|stop|arreter) (?:de |d)?(?:me |m|nous )"
    rf"{_FR_WRITE}(?:{_FR_THINGS})?",
    rf"(?:arretez|arrete|cessez|stop|fini|finis)(?: avec)?{_FR_THINGS}",
    rf"(?:je ne veux )?plus(?: recevoir)?{_FR_THINGS}",
)
STOP_PATTERNS = tuple(re.compile(pattern) for pattern in (*_ENGLISH, *_SPANISH, *_FRENCH))
# At the end of a clause that nobody put a comma into, with none of HEDGES before it.
STOP_LAST = re.compile(
    rf"\b(?:(?:stop|quit) {_WRITING}(?: to)?{_WHO}{_EVER}|(?:do not|dont) {_WRITE}"
    rf"(?: me| us| this number){_EVER}|no (?:me|nos) {_ES_WRITE}(?:{_ES_THINGS})?(?: mas)?"
    rf"(?:{_ES_THINGS})?)$"
)
HEDGES = frozenset((
    "if", "unless", "until", "when", "why", "how", "what", "would", "will", "can", "could", "did",
    "do", "does", "dont", "cant", "wont", "not", "never", "or", "si", "cuando", "porque", "que",
))

# Anywhere in a text: it may be a stop, and a person reads it.
STOP_SPOKEN = re.compile(
    r"\b(?:stop[a-z]*|unsub[a-z]*|optout|opt(?:ing|ed|s)?(?: me| us)? out|revok[a-z]+|cancel[a-z]*"
    r"|quit|quits|quitting|cease|desist|(?:remove|delete) me|take me off|leave me|lose my number"
    r"|(?:dont|do not|never|not to) (?:ever )?(?:text|message|contact|call|email|write|send|bother)"
    r"|no more (?:texts|text|messages|messaging|calls|sms|emails|reminders)|not interested|go away"
    r"|(?:fuck|piss|bugger|sod|back) off|harass[a-z]*|spam[a-z]*|withdraw[a-z]* my consent"
    r"|basta|parar|paren|detener|detengan|de baja|dej(?:en|e|a|ar|ad|enme|eme) (?:de|en paz)"
    r"|no (?:me|nos) (?:escrib|mand|envi|contact|llam|molest)[a-z]*|no mas (?:mensajes|llamadas)"
    r"|no quiero (?:recibir|mas|que me)|quitenme|borrenme|acoso"
    r"|arret[a-z]*|desabonn[a-z]*|desinscri[a-z]*|cessez|resili[a-z]*|laissez moi|harcel[a-z]*"
    r"|ne (?:me |m|nous )[a-z]{1,20} plus|plus (?:de|aucun) (?:messages|message|sms|appels))\b"
)
# A clause that takes a stop back, or makes it hang on something.
CONDITION = re.compile(
    r"(?:if|unless|until|till|by|when|once|after|before|for|except|but|si|cuando|hasta|pero|quand"
    r"|jusqu[a-z]*|sauf|mais|sinon)\b.*|dont|do not|never|wait|not|just kidding|jk|pas|nunca"
)
# A hand held up and signs that forbid: sent alone, a person reads it.
STOP_SIGNS = frozenset(
    "\U0001f6d1\u26d4\U0001f6ab\u270b\U0001f590\U0001f645\U0001f515\U0001f507\u274c"
)


def _near(word: str) -> frozenset[str]:
    """All that is one letter away: left out, changed, or put in."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    cuts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    out = {head + tail[1:] for head, tail in cuts if tail}
    changed = {head + letter + tail[1:] for head, tail in cuts if tail for letter in letters}
    more = {head + letter + tail for head, tail in cuts for letter in letters}
    return frozenset(out | changed | more)


# Mistyped, or another word ("stip", "shop"): alone, a person reads it.
NEAR_STOP = _near("stop") - STOP_SPELLED
