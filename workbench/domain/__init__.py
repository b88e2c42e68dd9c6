"""The field's words as types: NIK, KK, wilayah, desil, the register and its code lists."""

from workbench.domain.register import Draft, Register, Row
from workbench.domain.schema import TABLES, arrow_schema, columns

__all__ = ["TABLES", "Draft", "Register", "Row", "arrow_schema", "columns"]
