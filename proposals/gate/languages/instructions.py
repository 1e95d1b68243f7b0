"""Sentences that tell a model or a reviewer what to decide."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_ANYONE = (
    r"(?:ai|llm|model|assistant|agent|reviewer|review(?:ing)? (?:system|bot|agent|model)|gate|analy[sz]er|operator|"
    r"auditor|classifier)s?"
)
_JUDGE = (
    r"(?:(?:(?:ai|llm|automated|automatic|reviewing|review|security|code)[- ](?:reviewer|model|agent|bot|system|"
    r"assistant|tool|auditor|gate|scanner|analy[sz]er)|llm|language model|ai|reviewer|assistant|auditor|chatgpt|"
    r"claude|"
    r"copilot|gemini)s?)"
)
_THING = r"(?:proposal|change|file|report|code|migration|script|patch|commit|pull request|content)"
_THIS = rf"(?:this|the(?: following| above)?) {_THING}"
_SAFE = r"(?:safe|approved|clear(?:ed)?|low[- ]risk|harmless|benign|trusted|secure|fine|pass(?:ed)?)"
_CHECK = r"(?:security |safety |code |manual |human |further |any )*(?:review|checks?|scan(?:ning|s)?|analysis|audit)"
_TOLD = r"(?:instructions?|prompts?|guidelines?|directives?)"
_RULES = rf"(?:{_TOLD}|rules?|polic(?:y|ies)|checks?|findings?|constraints?|restrictions?|safeguards?|filters?)"
_OVERRIDE = r"(?:ignore|disregard|forget|override|overrule|bypass|set aside|stop following|do not follow|don't follow)"
# Where a clause begins, so that the verb behind it asks; "styles that override previous rules" tells.
_ASKING = (
    r"(?:^\W*|[.!?:;,\"'*#/>-]\s+|[#/*>-]|"
    r"\b(?:please|kindly|just|now|must|should|you (?:will|may|can|have to|need to)) )"
)
_END = r"(?=\s*(?:[.,;:!?*/)\"'`]|-->|$))"
_VERDICT = (
    rf"\b(?:approv\w+|no (?:issues?|findings?|problems?|risks?)|(?:do not|don't|must not|should not|never|"
    rf"not) (?:flag|"
    rf"report|block|reject|comment)|(?:is|as|be) {_SAFE}|severity|skip (?:it|this|the {_CHECK})|pass (?:this|it)|"
    rf"(?:forget|ignore|disregard) (?:your|the|all|previous))\b"
)
_PAST = r"(?:previous|prior|above|earlier|preceding|foregoing)"
_OVERRIDING = (
    rf"\b{_OVERRIDE}\b[\w ,'-]{{0,30}}\b(?:{_PAST}|system)\b[\w ]{{0,30}}\b{_TOLD}\b",
    (
        rf"{_ASKING}{_OVERRIDE} (?:all |any |the |your |every |of |these )*(?:{_PAST}|safety|security|"
        rf"review)[\w ]{{0,30}}"
        rf"(?:{_RULES}|gate)\b"
    ),
    rf"{_ASKING}{_OVERRIDE} (?:(?:all|any|every|your|existing|other|of|the) )+{_TOLD}\b",
    rf"{_ASKING}{_OVERRIDE} (?:all )?(?:of )?your {_RULES}\b",
    rf"{_ASKING}{_OVERRIDE} (?:the |this )?(?:review|gate|approval|(?:safety|security) \w+)(?: and\b|{_END})",
    (
        rf"\b{_OVERRIDE}\b[\w ,'-]{{0,30}}\b(?:{_TOLD}|rules)\b[\w ,]{{0,20}}\b(?:above|given to you|"
        r"you (?:were|have been|are) given|before this|so far|up to (?:now|here))"
    ),
    (
        rf"{_ASKING}{_OVERRIDE} (?:everything|anything|all|whatever)\b[\w ]{{0,20}}\b(?:above|before|so far|"
        rf"told|said)"
        rf"{_END}"
    ),
)
_ADDRESSING = (
    (
        rf"\b(?:attention|note to|message (?:to|for)|dear|hey|hello),? (?:the |all |any )?(?:\w+ ){{0,2}}{_ANYONE}\b"
        r"\s*[:,!-]"
    ),
    (
        rf"(?:^\W*|[.!?:;]\s+|\b(?:attention|note (?:to|for)|message (?:to|for)|dear|hey|hello|hi|as|if you are|"
        rf"you are|"
        rf"important(?: for)?)[,:]? )(?:an?|the|any|all|every)? ?(?:\w+ )?{_JUDGE}\b"
        rf"(?:[:,!-]| (?:must|should|shall|will|please|do not|don't|may|can|reading|"
        rf"reviewing))[^.;]{{0,100}}?{_VERDICT}"
    ),
    r"\byou are (?:now )?(?:an? |the )?(?:unrestricted|jailbroken|in developer mode|dan)\b",
    r"\byou (?:have no|are free of|are not bound by)(?: any)? (?:restrictions|rules|limits|guidelines|filters)\b",
    (
        r"\bfrom now on,? you (?:will|must|are|should)(?: only| to)? (?:answer|respond|approve|ignore|act|"
        r"behave|obey|say|"
        r"output)\b"
    ),
    (
        r"\byour (?:new|real|only|actual) (?:task|role|job|instructions?|goal) (?:is|"
        r"are)(?: now)?(?: to)? (?:approve|"
        r"accept|pass|ignore|say|answer|respond|output|act)\b"
    ),
    r"\bpretend (?:that )?you (?:did|do|have|are|were|can)\b",
    r"\bact as (?:the|an?) (?:owner|operator|admin\w*|approver|reviewer)\b[\w ,]{0,30}\b(?:approv|grant|accept)\w*",
)
_ASKING_FOR_A_VERDICT = (
    (
        rf"(?:^\W*|[.!:;#*/>-]\s*|\bplease |\byou (?:must|should|will) )"
        rf"(?:approve|accept|whitelist|allow|merge|pass|clear) (?:this|the following) (?:{_THING}|request|pr)\b"
        r" (?:without|immediately|now|automatically|as|unconditionally)\b"
    ),
    (
        rf"(?:^\W*|[.!:;#*/>-]\s*|\bplease |\byou (?:must|should|will) )(?:approve|accept|whitelist|merge|pass) "
        rf"(?:this|the following) (?:{_THING}|request|pr){_END}"
    ),
    r"\bplease (?:\w+ )?(?:approve|accept|merge) (?:quickly|immediately|without|as is)\b",
    rf"{_ASKING}(?:\w+ and )?grant (?:it |this |full |{_THIS} )*approval\b",
    rf"\b(?:mark|classify|label|rate|score|treat|report|flag) (?:this|it|{_THIS})[\w ]{{0,20}} as {_SAFE}\b",
    (
        rf"\b(?:do not|don't|never|must not|should not) (?:flag|report|block|reject|review|mention|scan|"
        rf"analy[sz]e|reveal) "
        rf"(?:(?:this|it){_END}|{_THIS}\b|the (?:following|above)\b)"
    ),
    (
        rf"\b(?:do not|don't|never|no need to) (?:run|perform|apply|do) (?:the |any |a )*{_CHECK} (?:on|of|for|to) "
        rf"{_THIS}\b"
    ),
    rf"\b{_THIS} (?:is exempt from|needs no|does not need|requires no|skips)(?: any| the| a)* {_CHECK}\b",
    r"\b(?:has|have|was|were|is|are) (?:already |been )*pre-?approved by\b",
    (
        r"\b(?:already|pre-?)(?: been)? ?(?:approved|audited|reviewed|vetted|cleared|signed off)"
        rf"(?: by [\w ]{{1,30}}| this| it)?[,;.:-]* (?:so |and |hence )?(?:no|skip|do not|don't|"
        rf"without)\b[^.;]{{0,20}}\b(?:it|this|{_CHECK})\b"
    ),
    (
        rf"\b(?:tell|inform|assure) (?:the |your )?(?:user|operator|reviewer|human|owner|"
        rf"team)s? that {_THIS} is {_SAFE}\b"
    ),
    rf"\b(?:say|state|claim|conclude|answer|confirm|report|declare)(?: that)? {_THIS} is {_SAFE}\b",
    (
        r"\b(?:set|return|output|respond with|answer|print|emit) (?:the )?(?:verdict|severity|block_execution|"
        r"decision|"
        r"outcome|risk)(?: score| level)?\b ?(?:to|=|:|of|as) ?\"?(?:0|1|false|pass|approved?|cleared?|safe)\b"
    ),
    (
        rf"{_ASKING}(?:answer|respond|reply|output)(?: only)?(?: with)? [\"'`]?(?:approved?|safe|pass(?:ed)?|"
        rf"lgtm|no findings|"
        rf"no issues)[\"'`]?{_END}"
    ),
    rf"\bauto-?approve\b[^.]{{0,20}}\b{_JUDGE}\b",
)
# The marks that set a model's turns apart.
_MARKS = (
    (
        r"<\|(?:im_start|im_end|system|user|assistant|endoftext|end|eot_id|start_header_id|end_header_id|"
        r"begin_of_text)\|>"
    ),
    r"\[/?INST\]|<</?SYS>>",
    rf"</?(?:system|assistant|human|instructions?)>[^<]{{0,80}}{_VERDICT}",
)
# "Ignore all previous instructions", as other languages say it: the verb near the noun, in their order.
_FOREIGN = (
    (
        r"\b(?:ignorier\w*|missacht\w*|vergiss|vergessen sie|überspring\w*)\b.{0,40}\b(?:anweisung|vorgabe|"
        r"richtlinie|"
        r"instruktion|regel|prompt)\w*"
    ),
    (
        r"\b(?:ignor(?:e|ez|er)|oubli(?:e|ez|er))\b.{0,40}\b(?:instructions|consignes|règles|"
        r"directives) (?:précédent|antérieur|"
        r"ci-dessus|donn)\w*"
    ),
    (
        r"\b(?:ignor(?:a|e|ar|en)|olvid(?:a|e|ar)|omit(?:a|e))\b.{0,40}\b(?:instrucciones|reglas|indicaciones|"
        r"directrices)\b"
    ),
    r"\b(?:ignor(?:a|ate|are)|dimentica\w*|trascura\w*)\b.{0,40}\b(?:istruzioni|regole|direttive)\b",
    r"\b(?:ignor(?:e|a|ar|em)|esque[çc]a\w*|desconsidere)\b.{0,40}\b(?:instruções|regras|diretrizes)\b",
    r"\b(?:negeer|vergeet)\b.{0,40}\b(?:instructies|regels|richtlijnen|aanwijzingen)\b",
    r"\b(?:z?ignoruj\w*|pomi[ńn]\w*|zapomnij)\b.{0,40}\b(?:instrukcj|polece|zasad|wytyczn)\w*",
    r"\b(?:ignoruj\w*|zapome[ňn]\w*)\b.{0,40}\b(?:pokyn|instrukc|pravid)\w*",
    r"\b(?:ignorer\w*|ignorera|glem|glöm)\b.{0,40}\b(?:instruktion|instruks|regl|regler|anvisning)\w*",
    r"\b(?:ignoră|ignorați|uită)\b.{0,40}\b(?:instrucțiuni|reguli)\w*",
    r"(?:игнориру|проигнориру|забудь|ігнору|проігнору)\w*.{0,40}(?:инструкци|указани|правил|інструкці|вказівк)\w*",
    r"(?:αγνόησε|αγνοήστε|ξέχασε).{0,40}(?:οδηγ|εντολ|κανόν)\w*",
    r"\b(?:talimat|kural|yönerge)\w*\b.{0,40}\b(?:yok ?say|görmezden|unut)\w*",
    r"\babaikan\b.{0,40}\b(?:instruksi|perintah|aturan)\b|\bbỏ qua\b.{0,40}(?:hướng dẫn|chỉ dẫn|lệnh)",
    r"(?:تجاهل|انس).{0,40}(?:التعليمات|الأوامر|القواعد)|התעלם.{0,40}(?:הוראות|הנחיות)",
    r"(?:忽略|无视|無視|忘记|忘記|忽視).{0,15}(?:指令|指示|规则|規則|提示|说明|說明)",
    r"(?:指示|命令|ルール|プロンプト|規則).{0,10}(?:無視|忘れ)|(?:지시|명령|규칙|프롬프트).{0,12}(?:무시|잊)",
    r"(?:निर्देश|नियम).{0,20}(?:अनदेखा|नज़रअंदाज|भूल)",
)


def _joined(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# Each group with what its sentences hold in small letters, so that most lines cost a short search.
_GROUPS = (
    (re.compile(r"ignor|disregard|forget|overr|bypass|set aside|follow"), _joined(_OVERRIDING)),
    (re.compile(r"instructions?\s*:|system prompt"), re.compile(r"(?i)\b(?:system prompt|new instructions?)\s*:")),
    (
        re.compile(
            r"attention|note (?:to|for)|message (?:to|for)|dear |hey|hello|\bai\b|llm|model|review|assistant|auditor|"
            r"chatgpt|claude|copilot|gemini|you are|you have no|from now|your (?:new|real|only|actual)|pretend|act as"
        ),
        _joined(_ADDRESSING),
    ),
    (
        re.compile(
            r"approv|accept|whitelist|merge|(?:allow|pass|clear) th|mark |classify|label |\brate |score |treat |"
            r"report|"
            r"\bflag |do not|don't|never|must not|should not|no need|exempt|needs no|not need|requires no|skips|"
            r"already|pre-?|tell |inform |assure |\b(?:say|state|claim|conclude|answer|confirm|declare) |"
            r"verdict|severity|"
            r"block_execution|decision|outcome|risk|respond|reply|output"
        ),
        _joined(_ASKING_FOR_A_VERDICT),
    ),
    (re.compile(r"<\||inst\]|sys>|</?(?:system|assistant|human|instruction)"), _joined(_MARKS)),
    (
        re.compile(
            r"ignor|missacht|vergiss|vergessen sie|überspring|oubli|olvid|omit|dimentica|trascura|esque|desconsidere|"
            r"negeer|vergeet|pomi|zapom|glem|glöm|uită|игнор|ігнор|забудь|αγν|ξέχ|talimat|kural|yönerge|abaikan|"
            r"bỏ qua|"
            r"تجاهل|انس|התעלם|忽|无视|無視|忘|무시|잊|निर्देश|नियम"
        ),
        _joined(_FOREIGN),
    ),
)
_SPACED = re.compile(r"\b\w(?:[ .*_-]\w){4,}\b")
_COMMENT_MARK = re.compile(r"^\s*(?://+|#+|--+|\*+|/\*+|<!--|;)?\s*")
_LONGEST = 5_000


def instructions_in(line: str, following: str = "") -> Iterator[tuple[str, re.Match[str]]]:
    """Each sentence of the line that instructs, with the text it was found in.

    Letters set apart by blanks and compatible forms are read as what they spell. A sentence may run on into the
    following line.
    """
    text = _plain(line[:_LONGEST])
    lower = text.lower()
    for hint, pattern in _GROUPS:
        if hint.search(lower):
            found = list(pattern.finditer(text))
            yield from ((text, match) for match in found)
            if not found and following:
                joined = f"{text.rstrip()[-200:]} {_COMMENT_MARK.sub('', _plain(following[:200]))}"
                yield from ((joined, match) for match in pattern.finditer(joined) if _is_across(match, text))


def _is_across(match: re.Match[str], text: str) -> bool:
    """Whether the match begins in the first line; what lies in the next one is found there."""
    return match.start() < len(text.rstrip()[-200:])


def _plain(line: str) -> str:
    text = line if line.isascii() else unicodedata.normalize("NFKC", line)
    return _SPACED.sub(lambda match: re.sub(r"[ .*_-]", "", match[0]), text)
