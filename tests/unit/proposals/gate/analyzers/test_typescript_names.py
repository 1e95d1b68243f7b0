from __future__ import annotations

import pytest

from tests.unit.proposals.gate.proposed import file_of, rule_ids, rule_lines

_OWN = {"typescript/undefined-name", "typescript/type-as-value", "typescript/ambient-name"}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("import { a } from './a';\nexport const b = a + missing;\n", 2),
        ("export function total(rows: Row[]): number {\n  return rows.reduce(add, 0);\n}\n", 2),
        ("import { Injectable } from '@angular/core';\n\n@Component({})\nexport class Oven {}\n", 3),
        ("export class Oven {\n  constructor(@Inject(TOKEN) private readonly log: Log) {}\n}\n", 2),
        ("export class Oven extends Machine<Bread> implements Hot {}\n", 1),
        (
            "export abstract class Oven {\n  protected abstract heat(): void;\n  bake() { return Timer.start(); }\n}\n",
            3,
        ),
        ("export const x = lookup<Row>('a') as Row;\n", 1),
        ("export const x = rows! satisfies Row[];\n", 1),
        ("export const x = <Row>rows;\n", 1),
        ("export enum Heat { Low = 1, High = BASE + Low }\n", 1),
        ("export namespace Shop {\n  export const open = hours;\n}\nexport {};\n", 2),
        ("export const bake = async <T,>(load: () => T, retries = LIMIT) => load();\n", 1),
        ("type Loaf = { name: string };\nexport { Loaf, Roll };\n", 2),
        ("import type { Loaf } from './loaf';\nexport default Rol;\n", 2),
        ("function over(a: string): void;\nfunction over(a: unknown): void { send(a); }\nexport { over };\n", 2),
        ("declare module 'oven' { export const heat: number; }\nexport const h = heat;\n", 2),
    ],
)
def test_typescript_names_returns_what_nothing_defines(content: str, line: int) -> None:
    found = rule_lines(file_of("src/oven.ts", content))

    assert ("typescript/undefined-name", line) in found


@pytest.mark.parametrize(
    "content",
    [
        "import type { Loaf } from './loaf';\nexport const one = new Loaf();\n",
        "import { type Loaf, bake } from './loaf';\nexport const one = bake(Loaf);\n",
        "import type Oven from './oven';\nexport class Big extends Oven {}\n",
        "interface Loaf { name: string }\nexport const isLoaf = (x: unknown) => x instanceof Loaf;\n",
        "type Heat = 'low' | 'high';\nexport const all = Object.values(Heat);\n",
    ],
)
def test_typescript_names_returns_types_used_as_values(content: str) -> None:
    assert "typescript/type-as-value" in rule_ids(file_of("src/oven.ts", content))


@pytest.mark.parametrize(
    "content",
    [
        "const total = sum(window.prices);\n",
        "/// <reference types='bakery' />\nimport { a } from './a';\nexport const b = bakery(a);\n",
        "export default defineEventHandler(async (event) => ({ rows: await listRows(event) }));\n",
        "export const version: string = __APP_VERSION__;\n",
        "export const map = new google.maps.Map(document.body);\n",
    ],
)
def test_typescript_names_asks_a_person_about_what_other_files_may_declare(content: str) -> None:
    found = rule_ids(file_of("src/oven.ts", content)) & _OWN

    assert found == {"typescript/ambient-name"}


@pytest.mark.parametrize(
    "content",
    [
        (
            "import { a, type B, c as d } from './a';\nimport type { E } from './e';\nimport * as f from 'f';\n"
            "export const g = (x: B, y: E): Missing | typeof unknownValue => [a, d, f, x, y] as const;\n"
        ),
        "import fs = require('fs');\nimport read = fs.readFileSync;\nexport = read;\n",
        "export type { Elsewhere };\nexport type { Loaf } from './loaf';\nexport * as ns from './ns';\n",
        (
            "interface Loaf<T extends Row = Row> { [key: string]: T; bake(this: Loaf<T>, at: Time): at is Hot }\n"
            "type Keys<T> = { readonly [K in keyof T]?: T[K] extends infer U ? U : never };\n"
            "export default Loaf;\nexport type { Keys };\n"
        ),
        "export enum Heat { Low = 1, High = Low << 1, 'very-high' = High * 2, Top = 'top'.length }\n",
        (
            "export namespace Shop.Hours { export const opens = 8; }\n"
            "export namespace Shop.Hours { export const closes = opens + 10; }\nexport const all = Shop;\n"
        ),
        (
            "declare const BUILD: string;\ndeclare let a: number, b: number;\ndeclare function log(x: string): void;\n"
            "declare class Legacy { m(): void }\ndeclare namespace Pay { const key: string }\ndeclare enum Kind { A }\n"
            "export const c = [BUILD, a, b, log('x'), new Legacy(), Pay.key, Kind.A];\n"
        ),
        (
            "declare global {\n  var bakery: { open: boolean };\n  interface Window { bakery: unknown }\n}\n"
            "export const open = bakery.open;\n"
        ),
        (
            "import { Inject, Controller } from '@nestjs/common';\nimport { Log } from './log';\n"
            "@Controller('ovens')\nexport class Ovens {\n  declare kept: string;\n  private static count = 0;\n"
            "  [key: string]: unknown;\n  constructor(\n    @Inject('LOG') private readonly log: Log,\n"
            "    public heat = Ovens.count,\n  ) {}\n  get hot(): boolean { return this.heat > 5; }\n}\n"
        ),
        (
            "export abstract class Oven<T> {\n  abstract heat(to: number): T;\n  bake(x: string): T;\n"
            "  bake(x: unknown): T { return this.heat(Number(x)); }\n}\nexport class Small extends Oven<number> {\n"
            "  heat(to: number) { return to; }\n}\n"
        ),
        (
            "function over(a: string): void;\nfunction over(a: number): void;\n"
            "function over(a: unknown): void { console.log(a); }\nexport { over };\n"
        ),
        (
            "export function isLoaf(x: unknown, { size = 1, ...rest }: Options = {}): x is Loaf {\n"
            "  try { return size > 1 && !!rest; } catch (error: unknown) { console.error(error); throw error; }\n}\n"
        ),
        (
            "export const bake = async <T extends object>(x: T, ...more: T[]): Promise<T[]> => {\n"
            "  const found = new Map<string, T>();\n  for (const [key, v] of Object.entries(x)) found.set(key, v);\n"
            "  return [...found.values(), ...more]!;\n};\n"
        ),
        "export const onKey = (e: KeyboardEvent) => e instanceof InputEvent || e.target instanceof HTMLInputElement;\n",
        "const port = Number(Deno.env.get('PORT') );\nexport default Deno.serve({ port }, () => new Response());\n",
        "export const mode = typeof BUILD_MODE === 'undefined' ? 'dev' : BUILD_MODE;\n",
    ],
)
def test_typescript_names_lets_pass(content: str) -> None:
    assert not rule_ids(file_of("src/oven.ts", content)) & _OWN


@pytest.mark.parametrize(
    ("content", "rules"),
    [
        (
            "import { Loaf } from './loaf';\nexport const Page = () => <Loaf<string> onEat={() => null} />;\n",
            set(),
        ),
        (
            "export const Page = ({ a }: { a: string }) => <main>{a}<Loaf.Crust /></main>;\n",
            {"typescript/undefined-name"},
        ),
        ("export const Page = () => { const [a] = useHeat(0); return <p>{a}</p>; };\n", {"typescript/undefined-name"}),
    ],
)
def test_typescript_names_reads_tsx(content: str, rules: set[str]) -> None:
    assert rule_ids(file_of("src/Page.tsx", content)) & _OWN == rules


def test_typescript_names_reads_no_declarations() -> None:
    assert (
        not rule_ids(file_of("types/oven.d.ts", "export declare const heat: typeof base;\nexport default base;\n"))
        & _OWN
    )


def test_typescript_names_knows_what_a_test_runner_defines() -> None:
    content = (
        "import { bake } from './bake';\ndescribe('bake', () => { it('bakes', () => expect(bake()).toBe(1)); });\n"
    )

    assert not rule_ids(file_of("src/bake.spec.ts", content)) & _OWN
