"""The icons, drawn in a square of 24: strokes only, in the colour of the text beside them."""

from typing import Final

ICONS: Final[dict[str, str]] = {
    "check": '<path d="M4 12.5l5 5L20 6.5"/>',
    "cross": '<path d="M6 6l12 12M18 6L6 18"/>',
    "dot": '<circle cx="12" cy="12" r="4" fill="currentColor"/>',
    "pause": '<circle cx="12" cy="12" r="9"/><path d="M10 9v6M14 9v6"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.2l3.2 2"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6"/><path d="M12 7.2v.3"/>',
    "error": '<circle cx="12" cy="12" r="9"/><path d="M12 7v6"/><path d="M12 16.6v.4"/>',
    "warning": '<path d="M12 3.5L22 20.5H2Z"/><path d="M12 10v5"/><path d="M12 17.6v.4"/>',
    "globe": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="1.5"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z"/>'
    '<circle cx="12" cy="12" r="2.8"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/>',
    "download": '<path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4 20h16"/>',
    "print": '<path d="M7 9V3.5h10V9M7 17H4V9h16v8h-3"/><path d="M7 14h10v6.5H7Z"/>',
    "back": '<path d="M15 5l-7 7 7 7"/>',
    "forward": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "up": '<path d="M12 19V5M6 11l6-6 6 6"/>',
    "down": '<path d="M12 5v14M6 13l6 6 6-6"/>',
}

MARK: Final = (
    '<svg class="brand__mark" viewBox="0 0 48 48" aria-hidden="true" focusable="false">'
    '<path fill="#b5301c" d="M7 2.6H41.2Q45.4 2.6 45.4 6.8V36.9Q45.3 39.2 44.6 41.2 43.6 45.4 39.8 45.4H14.6'
    'Q12.2 44.5 9.6 45H6.8Q2.6 45.2 2.6 41V7Q2.6 2.7 7 2.6Z"/>'
    '<path fill="none" stroke="#fff" stroke-width="3.8" d="M7 9.2H41M24 9.2V18M13.5 26V18H34.5V26'
    'M8.9 41.4V26H18.1V41.4M29.9 41.4V26H39.1V41.4"/></svg>'
)
