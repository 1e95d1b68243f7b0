"""How other languages than English ask to forget the rules."""

from __future__ import annotations

# "Ignore all previous instructions", as other languages say it: the verb near the noun, in their order.
FOREIGN = (
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
