"""How forms look: one template for a field with its label, help and error, the same on every page."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Draws every form and field with the house's templates."""

    form_template_name = "house/components/form.html"
    field_template_name = "house/components/field.html"
