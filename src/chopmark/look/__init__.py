"""What every page looks like: base templates, components, form renderer, formats; for the faces and the desk.

No behaviour, no tables. A settings module uses it with:

    INSTALLED_APPS    "chopmark.look"
    MIDDLEWARE        "chopmark.look.language.LanguageMiddleware" (after sessions, before CommonMiddleware)
    FORM_RENDERER     "chopmark.look.forms.LookRenderer"
    context_processors "chopmark.look.context.face"
    LANGUAGES         [("en", "English"), ("zh-hant", "繁體中文")]
    CHOPMARK_FACE     names of the authority, the operator and the owner: see `context.face`
    handler400 …      "chopmark.look.errors.bad_request", `.forbidden`, `.not_found`, `.server_error`
    CSRF_FAILURE_VIEW "chopmark.look.errors.csrf_failure"
"""
