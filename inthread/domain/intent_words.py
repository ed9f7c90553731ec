"""What else people answer, in English, Spanish and French, as `plain_words.fold` leaves it: small
letters, no accents, no apostrophes, one space between words.

A name that ends in SPOKEN is looked for anywhere in the text; the others are a whole clause. No
quantifier stands within another (ASVS 1.3.12).
"""

from __future__ import annotations

import re

# Around a word and without weight.
COURTESY = tuple(
    tuple(phrase.split())
    for phrase in (
        "thank you", "thanks", "thankyou", "thx", "ty", "hi", "hello", "hey", "ok", "okay", "just",
        "sir", "madam", "right now", "now", "immediately", "asap", "at once",
        "por favor", "porfa", "porfavor", "gracias", "hola", "ahora", "ya mismo",
        "svp", "stp", "sil vous plait", "s il vous plait", "sil te plait", "merci", "bonjour",
    )
)
PLEASE = frozenset(("please", "pls", "plz", "plse", "kindly"))
# A clause of its own that adds nothing.
ASIDE = frozenset(("yes", "no", "yeah", "nope", "si", "oui", "non", "seriously", "wtf", "omg"))

START = frozenset((
    "start", "unstop", "un stop", "opt in", "optin", "subscribe", "resubscribe",
    "iniciar", "reanudar", "reprendre", "recommencer",
))
HELP = frozenset((
    "help", "help me", "i need help", "need help", "info", "information",
    "ayuda", "ayudame", "ayudenme", "necesito ayuda", "informacion",
    "aide", "aidez moi", "a laide", "besoin daide",
))
WRONG_NUMBER = frozenset((
    "who is this", "whos this", "who dis", "who is it", "who are you", "who is texting me",
    "not me", "its not me", "it isnt me", "this isnt me", "this is not me", "thats not me",
    "im not that person", "i am not that person", "i dont know this person", "i dont know you",
    "quien es", "quien es usted", "quien eres", "quien habla", "quien escribe", "no soy yo",
    "no soy esa persona", "no conozco a esa persona",
    "qui est ce", "qui etes vous", "cest qui", "qui es tu", "ce nest pas moi", "cest pas moi",
    "pas moi", "erreur de numero",
))
WRONG_NUMBER_SPOKEN = re.compile(
    r"\b(?:wrong (?:number|person|phone|guy|man|woman|contact)|have the wrong"
    r"|(?:not|isnt|no longer) (?:his|her|their) (?:number|phone)"
    r"|(?:numero|telefono|persona) (?:equivocad[oa]|incorrect[oa])|equivocado de numero"
    r"|se equivoco de (?:numero|persona)|(?:mauvais|faux|pas le bon) numero|mauvaise personne"
    r"|trompe[a-z]{0,2} de (?:numero|personne))\b"
)
# Read as it was written, for names begin with a capital: "I am not Maya", but "I'm not sure".
NOT_THIS_NAME = re.compile(
    r"\b(?:(?:[Ii] am|[Ii]['\u2019]?m|[Tt]his is) not|[Tt]his isn['\u2019]?t|[Nn]o soy"
    r"|[Jj]e ne suis pas) [A-Z\xc0-\xdd][a-z\xdf-\xff]"
)
PAID = frozenset(("paid", "its paid", "pagado", "pagada", "ya pague", "paye", "payee"))
PAID_SPOKEN = re.compile(
    r"\b(?:(?:already|just) paid|paid already|(?:i|we|ive|weve|i have|we have) paid"
    r"|(?:is|was|been) (?:already )?paid|paid (?:it|this|that|yesterday|today|in full|last|on)"
    r"|payment (?:was |has been |is )?(?:sent|made|went through)"
    r"|(?:sent|made) (?:the|a|my|this) payment"
    r"|ya (?:lo |la |le |les )?(?:pague|pagamos|he pagado|esta pagad[oa]|hice el pago)"
    r"|(?:lo|la) pague|pague (?:ayer|hoy|el|la)|he pagado|esta pagad[oa]"
    r"|deja (?:paye|regle|ete paye)|jai (?:deja )?(?:paye|regle)|cest (?:deja )?(?:paye|regle))\b"
)
# It says paid, and not that it is: "I get paid on Friday".
NOT_PAID = re.compile(
    r"\b(?:(?:not|havent|hasnt|never|didnt|wasnt|isnt|if|once|when|until|after|unless|before|get"
    r"|gets|getting|got|be|i am|im) (?:[a-z]{1,12} ){0,2}paid|paid by mistake"
    r"|no (?:lo |la )?(?:he pagado|esta pagad[oa]|pague)"
    r"|(?:cuando|si) (?:[a-z]{1,12} ){0,2}pague|pas (?:encore )?(?:paye|regle))\b"
)
_ON = r"(?: (?:on|at|after|al|a|au) [a-z0-9 ]{1,20})?"
_WHEN = (
    r"(?: tomorrow| today| later| tonight| instead| when you can| manana| hoy| mas tarde| demain"
    r"| plus tard)?"
)
CALL_ME = re.compile(
    r"(?:(?:can|could|would|will) (?:you |someone |somebody )?|i want you to |have someone )?"
    rf"(?:call|ring|phone)(?: me| us)?(?: back)?{_WHEN}{_ON}|give me a call{_WHEN}{_ON}"
    r"|(?:can i|could i|may i|i want to|i need to|i would like to|id like to) (?:talk|speak)"
    r" (?:to|with) (?:someone|somebody|a person|an agent|a human|a real person)"
    r"|(?:me pueden |pueden |puede |me puede |podrian )?(?:llamar|llamen|llame|llamenme|llameme"
    rf"|llamame|llamarme){{1}}(?: por telefono)?{_WHEN}{_ON}"
    r"|quiero hablar con (?:alguien|una persona|un agente)"
    rf"|(?:pouvez vous |pourriez vous )?(?:mappeler|me rappeler){_WHEN}{_ON}"
    rf"|(?:appelez|rappelez|appelle|rappelle) moi{_WHEN}{_ON}|je veux parler a quelquun"
)
LINK = re.compile(
    r"pay|pay now|pay bill|pay it|pay [0-9]{1,6}|link|the link|links"
    r"|(?:i want to|i would like to|id like to|ready to) pay"
    r"|(?:how|where) (?:do|can) i pay|how to pay|where is the link|wheres the link"
    r"|pagar|quiero pagar|(?:como|donde) (?:pago|puedo pagar)|enlace|el enlace"
    r"|payer|je veux payer|(?:comment|ou) payer|lien|le lien"
)
LINK_SPOKEN = re.compile(
    r"\b(?:(?:send|resend|text|give|need|want|get)(?: me| us)?(?: the| a| that| my| an)?"
    r"(?: payment| pay| new| other| another){0,2} link|(?:new|another|fresh) link"
    r"|link (?:has |is )?(?:expired|broken|dead|not working|doesnt work|does not work|isnt working"
    r"|didnt work|wont open|doesnt open)|lost (?:the|my) link"
    r"|(?:envi|mand|reenvi)[a-z]{1,8} (?:el |un )?(?:nuevo |otro )?enlace|(?:nuevo|otro) enlace"
    r"|enlace (?:no funciona|caducado|vencido)"
    r"|(?:envoye|renvoye)[a-z]{0,2} (?:moi )?(?:le |un )?(?:nouveau )?lien|nouveau lien"
    r"|lien (?:ne marche pas|ne fonctionne pas|expire))\b"
)
