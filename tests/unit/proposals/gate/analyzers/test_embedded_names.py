from __future__ import annotations

import pytest

from tests.unit.proposals.gate.proposed import file_of, rule_ids, rule_lines

_OWN = {"script/undefined-name", "script/name-from-elsewhere"}


def page(script: str, head: str = "", body: str = "<p>Rye</p>") -> str:
    return (
        f"<!DOCTYPE html>\n<html>\n<head>{head}</head>\n<body>{body}\n<script>\n{script}\n</script>\n</body>\n</html>\n"
    )


def component(script: str, attributes: str = "setup", template: str = "<p>{{ heat }}</p>") -> str:
    return f"<template>\n  {template}\n</template>\n\n<script {attributes}>\n{script}\n</script>\n"


@pytest.mark.parametrize(
    ("path", "content", "line"),
    [
        ("site/a.html", page("const price = 3;\nshowPrice(price);"), 7),
        ("site/a.html", page("document.querySelector('p').textContent = bread.name;"), 6),
        ("src/A.vue", component("import { ref } from 'vue';\nconst heat = ref(low);"), 7),
        ("src/A.vue", component("import { x } from './x';\nexport default { data: () => ({ x, heat: y }) };", ""), 7),
        (
            "src/A.vue",
            component("import { ref } from 'vue';\nconst x: number = ref(LIMIT as number);", 'setup lang="ts"'),
            7,
        ),
        ("src/A.vue", component("import type { Heat } from './x';\nconst heat = new Heat();", 'setup lang="ts"'), 7),
    ],
)
def test_embedded_names_returns_what_nothing_defines(path: str, content: str, line: int) -> None:
    assert ("script/undefined-name", line) in rule_lines(file_of(path, content))


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("site/a.html", page("bakery.open();", head='<script src="/js/site.js"></script>')),
        ("src/A.vue", component("const heat = ref(0);\nconst { data } = await useFetch('/api/heat');")),
        ("src/A.vue", component("const heat = computed(() => listRows());")),
        ("src/A.vue", component("const heat = listRows();")),
    ],
)
def test_embedded_names_asks_a_person_about_what_comes_from_elsewhere(path: str, content: str) -> None:
    assert rule_ids(file_of(path, content)) & _OWN == {"script/name-from-elsewhere"}


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("site/a.html", page("function f() { return later; }\nf();\n</script>\n<script>\nvar later = 1;")),
        ("site/a.html", page("loafForm.submit();", body='<form id="loafForm"><p>Rye</p></form>')),
        (
            "site/a.html",
            page("new Sortable(document.body);", head='<script src="//x.example/sortable.min.js"></script>'),
        ),
        ("site/a.html", page("new Chart(document.body, {});\n$('p').hide();")),
        ("site/a.html", page('{"@context": "x"}').replace("<script>", '<script type="application/ld+json">')),
        ("site/a.html", page("const heat = {{ heat }};\nshow(heat);")),
        ("site/a.html", page("const x = 1;\r\nconsole.log(x);").replace("\n", "\r\n")),
        (
            "src/A.vue",
            component(
                "import { ref } from 'vue';\nconst props = defineProps({ a: String });\nconst heat = ref(props.a);"
            ),
        ),
        (
            "src/A.vue",
            component("const props = withDefaults(defineProps<{ a?: Heat }>(), { a: 1 });", 'setup lang="ts"'),
        ),
        ("src/A.vue", component("export const low = 1;\n</script>\n<script setup>\nconst heat = low;", "")),
        ("src/A.vue", component("def x; end", 'lang="coffee"')),
        ("src/A.vue", "<template>\n  <p @click='bake(missing)'>Rye</p>\n</template>\n"),
    ],
)
def test_embedded_names_lets_pass(path: str, content: str) -> None:
    assert not rule_ids(file_of(path, content)) & _OWN
