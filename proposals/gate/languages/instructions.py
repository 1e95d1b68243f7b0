"""Sentences that tell a model or a reviewer what to decide."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator

from proposals.gate.languages.foreign_instructions import FOREIGN

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
_TOLD = r"(?:instructions?|prompts?|guidelines?|guidance|directives?)"
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
_CONTEXT = r"(?:system (?:messages?|prompts?)|(?:prior|previous|earlier) (?:contexts?|conversations?|messages?))"
_OVERRIDING = (
    rf"{_ASKING}{_OVERRIDE} (?:all |any |the |your |whatever )*{_CONTEXT}\b",
    rf"{_ASKING}{_OVERRIDE} whatever {_TOLD}\b",
    rf"{_ASKING}{_OVERRIDE} (?:the |all |any )*polic(?:y|ies) (?:above|below|and)\b",
    rf"{_ASKING}{_OVERRIDE} (?:all |any |the )*(?:warnings?|findings?|alerts?) (?:about|on|for|in|of) {_THIS}\b",
    rf"\b{_OVERRIDE}\b[^.;]{{0,40}}\blet (?:this|it) (?:through|pass)\b",
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
        rf"if you're|you're|"
        rf"you are|"
        rf"important(?: for)?)[,:]? )(?:an?|the|any|all|every)? ?(?:\w+ )?{_JUDGE}\b"
        rf"(?:[:,!-]| (?:must|should|shall|will|please|do not|don't|may|can|reading|"
        rf"reviewing))[^.;]{{0,100}}?{_VERDICT}"
    ),
    rf"(?:^\W*|[.!?]\s+)to (?:the|any|all|every) {_ANYONE}\b\s*[:,]",
    (
        rf"\b(?:anyone|whoever|anybody|everyone) (?:is )?(?:review|read|judg|assess)(?:s|es|ing)? (?:this|it)\b"
        rf"[^.;]{{0,60}}{_VERDICT}"
    ),
    (
        r"\b(?:wants?|asks?|tells?|told|asked|instructs?|instructed|orders?|ordered) you to "
        r"(?:approve|accept|pass|merge|ignore|skip)\b"
    ),
    (
        r"\byour (?:instructions|rules|orders|guidelines) (?:have|has) (?:now )?(?:changed|been (?:updated|replaced|"
        r"lifted))\b"
    ),
    r"\b(?:do as i say|obey me)\b",
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
_LOOK = r"(?:inspect|review|check|scan|read|audit|analy[sz]e|verify|look at)(?:ed)?"
_NEAR = r"(?:next|following|preceding|above|below)"
_PART = r"(?:statements?|blocks?|lines?|sections?|parts?|code|functions?|commands?)"
_NO_NEED = r"(?:no need to|need not|needn't|do not need to|don't need to|do not have to|don't have to)"
_ASKING_FOR_A_VERDICT = (
    (
        rf"\b(?:verdict|classification|assessment|risk level)\s*[:=]\s*[\"'`]?(?:pass(?:ed)?|approved?|safe|"
        rf"cleared?|ok){_END}"
    ),
    (
        rf"{_ASKING}(?:answer|respond|reply|output)(?: only)?(?: with)?(?: the word)? [\"'`]?(?:approved?|safe|"
        rf"pass(?:ed)?|ok)"
        r"[\"'`]? (?:and nothing else|only|without)\b"
    ),
    rf"\b{_NO_NEED} {_LOOK} {_THIS}\b",
    rf"\b{_THIS}\b[^.;]{{0,40}}\b(?:need not|needn't|does not need to|doesn't have to) be {_LOOK}\b",
    rf"\b{_JUDGE} (?:{_NO_NEED}|can skip|may skip|should skip) (?:{_LOOK}|it|{_THIS})\b",
    (
        rf"\b(?:do not|don't|must not|never) (?:report|mention|flag|scan|review|analy[sz]e|inspect|read) (?:the|this) "
        rf"(?:{_NEAR} {_PART}|{_PART} {_NEAR})\b"
    ),
    r"\b(?:do not|don't|must not|never) (?:flag|report) (?:anything|any (?:findings?|issues?|problems?))\b",
    (
        r"\btreat (?:all|any|the|these|every) (?:findings?|warnings?|alerts?|"
        r"errors?)[\w ]{0,30} as (?:a )?(?:false|noise|"
        r"resolved|benign|harmless|safe)\b"
    ),
    r"\b(?:findings?|warnings?|alerts?) (?:above|below|in this file|here) are (?:all )?false positives\b",
    (
        r"\b(?:approved|audited|reviewed|vetted|cleared|verified|signed off) by [\w ]{1,40}?(?: and| so|,)[\w ]{0,20} "
        rf"(?:requires?|needs?) no\b[\w ]{{0,10}}{_CHECK}\b"
    ),
    rf"{_ASKING}approve (?:it|everything|all)(?: \w+)?{_END}",
    rf"\blet {_THIS} (?:pass|through)\b|\bgrant {_THIS} a pass\b",
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


def _joined(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# Each group with what its sentences hold in small letters, so that most lines cost a short search.
_GROUPS = (
    (re.compile(r"ignor|disregard|forget|overr|bypass|set aside|follow"), _joined(_OVERRIDING)),
    (re.compile(r"instructions?\s*:|system prompt"), re.compile(r"(?i)\b(?:system prompt|new instructions?)\s*:")),
    (
        re.compile(
            r"attention|note (?:to|for)|message (?:to|for)|dear |hey|hello|\bai\b|llm|model|review|assistant|auditor|"
            r"chatgpt|claude|copilot|gemini|you are|you're|\bto (?:the|any|all|every) |anyone|whoever|anybody|"
            r"everyone|you to |do as i|obey|you have no|from now|your (?:new|real|only|actual|instr|rules|"
            r"orders|guide)|pretend|"
            r"act as"
        ),
        _joined(_ADDRESSING),
    ),
    (
        re.compile(
            r"approv|accept|whitelist|merge|(?:allow|pass|clear) th|mark |classify|label |\brate |score |treat |"
            r"report|"
            r"\bflag |do not|don't|never|must not|should not|no need|exempt|needs? no|not need|requires? no|skips|"
            r"treat|\blet th|false positive|(?:approved|audited|reviewed|vetted|cleared|verified|signed off) by|"
            r"classification|"
            r"assessment|need not|needn't|have to|\bskip|"
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
        _joined(FOREIGN),
    ),
)
_SPACED = re.compile(r"\b\w(?:[ .*_-]\w){4,}\b")
_COMMENT_MARK = re.compile(r"^\s*(?://+|#+|--+|\*+|/\*+|<!--|;)?\s*")
_LINE_END = re.compile("\n")
_LONGEST = 5_000


def hinted_lines(text: str) -> frozenset[int]:
    """The 1-based lines in which `instructions_in` can find anything: all are searched at once, which is quick."""
    plain = _plain(text).lower()
    ends = [match.start() for match in _LINE_END.finditer(plain)]
    return frozenset(bisect_left(ends, match.start()) + 1 for hint, _ in _GROUPS for match in hint.finditer(plain))


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
