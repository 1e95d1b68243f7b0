"""Names that JavaScript's hosts define: the language, Node, browsers, test runners, libraries loaded by a script tag."""

from __future__ import annotations

import re

_LANGUAGE = frozenset(
    "AggregateError Array ArrayBuffer AsyncFunction Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date "
    "Error EvalError FinalizationRegistry Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array "
    "Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set "
    "SharedArrayBuffer String Symbol SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array "
    "Uint8ClampedArray WeakMap WeakRef WeakSet decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval "
    "globalThis isFinite isNaN parseFloat parseInt undefined unescape constructor hasOwnProperty isPrototypeOf "
    "propertyIsEnumerable toLocaleString toString valueOf".split()
)
_NODE = frozenset(
    "Buffer __dirname __filename clearImmediate exports global module process require setImmediate".split()
)
_BOTH = frozenset(
    "AbortController AbortSignal Blob BroadcastChannel ByteLengthQueuingStrategy CompressionStream "
    "CountQueuingStrategy Crypto CryptoKey CustomEvent DecompressionStream Event EventTarget File FormData Headers "
    "MessageChannel MessageEvent MessagePort Navigator PerformanceObserver ReadableStream Request Response "
    "SubtleCrypto TextDecoder TextDecoderStream TextEncoder TextEncoderStream TransformStream URL URLSearchParams "
    "WebAssembly WebSocket WritableStream atob btoa clearInterval clearTimeout console crypto fetch navigator "
    "performance queueMicrotask setInterval setTimeout structuredClone EventSource".split()
)
_BROWSER = frozenset(
    "addEventListener alert blur caches cancelAnimationFrame cancelIdleCallback close closed confirm createImageBitmap "
    "customElements dispatchEvent document event external find focus frames getComputedStyle getSelection history "
    "importScripts indexedDB innerHeight innerWidth length localStorage location locationbar matchMedia menubar moveBy "
    "moveTo name onload onerror onmessage open opener origin outerHeight outerWidth pageXOffset pageYOffset parent "
    "postMessage print prompt registerProcessor removeEventListener reportError requestAnimationFrame "
    "requestIdleCallback resizeBy resizeTo screen screenLeft screenTop screenX screenY scroll scrollBy scrollTo "
    "scrollX scrollY self sessionStorage speechSynthesis status stop toolbar top trustedTypes visualViewport window "
    "Attr Audio Cache CanvasGradient CharacterData Clipboard ClipboardItem Comment DataTransfer Document "
    "DocumentFragment Element FileList FileReader FontFace Gamepad Geolocation History Image ImageBitmap ImageData "
    "IntersectionObserver KeyboardEvent Location MouseEvent MutationObserver NamedNodeMap Node NodeFilter NodeList "
    "Notification OffscreenCanvas Option Path2D PaymentRequest PointerEvent PopStateEvent ProgressEvent "
    "PromiseRejectionEvent PushManager Range ResizeObserver Screen Selection ServiceWorker ShadowRoot SharedWorker "
    "SpeechRecognition SpeechSynthesisUtterance Storage StorageEvent StyleSheet SubmitEvent Text Touch TouchEvent "
    "TransitionEvent TreeWalker UIEvent WheelEvent Window Worker XMLHttpRequest XMLSerializer XPathResult "
    "clients registration skipWaiting webkitSpeechRecognition".split()
)
_FAMILIES = re.compile(r"^(?:HTML|SVG|WebGL|CSS|DOM|RTC|IDB|GPU|XR|USB|Audio|Media|Performance|Animation)[A-Z]\w*$")
_TESTS = frozenset(
    "after afterAll afterEach assert before beforeAll beforeEach context describe expect fdescribe fit it jasmine jest "
    "suite setup specify spyOn teardown test vi xdescribe xit xtest cy Cypress page browser sinon chai should".split()
)
_SCRIPT_LIBRARIES = frozenset(
    "$ jQuery _ angular axios bootstrap Chart d3 dayjs firebase gtag google Handlebars Highcharts htmx io L moment "
    "Phaser Plotly Popper React ReactDOM Stripe Swal THREE Vue Vuex VueRouter ApexCharts Alpine paypal fbq ga dataLayer "
    "grecaptcha mapboxgl marked hljs Swiper AOS gsap anime".split()
)
_TEST_PATH = re.compile(r"(?:^|[/_.-])(?:tests?|specs?|__tests__|cypress|e2e)(?:[/_.-]|$)", re.IGNORECASE)
_CONFIGURED = frozenset("__DEV__ __webpack_public_path__".split())


def is_global(name: str, path: str, *, imports: bool) -> bool:
    """Whether a host defines the name. A text that imports nothing may lean on libraries of script tags beside it."""
    if name in _LANGUAGE or name in _NODE or name in _BOTH or name in _BROWSER or _FAMILIES.match(name):
        return True
    if name in _CONFIGURED or (name in _TESTS and _TEST_PATH.search(path)):
        return True
    return not imports and name in _SCRIPT_LIBRARIES
