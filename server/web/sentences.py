"""What is wrong with a field, in words an older adult or a nurse can act on; never what was typed."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

SENTENCES: Mapping[str, str] = {
    "missing": "这一项必须填写。",
    "extra_forbidden": "这一项不需要填写，请更新小程序后再试。",
    "string_type": "请填写文字。",
    "string_too_short": "内容太短，至少 {min_length} 个字。",
    "string_too_long": "内容太长，最多 {max_length} 个字。",
    "string_pattern_mismatch": "格式不对，请核对后重新填写。",
    "string_unicode": "含有无法识别的字符，请重新输入。",
    "int_type": "请填写整数。",
    "int_parsing": "请填写整数。",
    "int_from_float": "请填写整数。",
    "float_type": "请填写数字。",
    "float_parsing": "请填写数字。",
    "finite_number": "请填写一个正常的数字。",
    "bool_type": "请选择“是”或“否”。",
    "bool_parsing": "请选择“是”或“否”。",
    "greater_than_equal": "不能小于 {ge}。",
    "greater_than": "必须大于 {gt}。",
    "less_than_equal": "不能大于 {le}。",
    "less_than": "必须小于 {lt}。",
    "enum": "请从给出的选项中选择。",
    "literal_error": "请从给出的选项中选择。",
    "too_short": "至少选择 {min_length} 项。",
    "too_long": "最多 {max_length} 项。",
    "list_type": "请给出一个列表。",
    "tuple_type": "请给出一个列表。",
    "dict_type": "请给出一组内容。",
    "model_type": "请给出一组内容。",
    "date_type": "日期格式不对，请写成 2026-03-02 这样。",
    "date_parsing": "日期格式不对，请写成 2026-03-02 这样。",
    "date_from_datetime_parsing": "日期格式不对，请写成 2026-03-02 这样。",
    "datetime_type": "时间格式不对，请写成 2026-03-02T09:00:00+08:00 这样。",
    "datetime_parsing": "时间格式不对，请写成 2026-03-02T09:00:00+08:00 这样。",
    "datetime_from_date_parsing": "时间格式不对，请写成 2026-03-02T09:00:00+08:00 这样。",
    "datetime_object_invalid": "时间超出了范围。",
    "timezone_aware": "时间需要带时区，例如 +08:00。",
    "json_invalid": "提交的内容不完整，请重试。",
    "value_error": "内容不合要求，请核对后重新填写。",
}
OTHERWISE = "这一项填写不对，请核对后重新填写。"


def sentence_for(kind: str, context: Mapping[str, Any]) -> str:
    try:
        return SENTENCES.get(kind, OTHERWISE).format(**context)
    except (KeyError, IndexError):
        return OTHERWISE


def field_sentences(error: ValidationError) -> dict[str, str]:
    """Name every faulty field with its sentence. Unknown keys come from outside and are not repeated."""
    found: dict[str, str] = {}
    for fault in error.errors(include_url=False, include_input=False):
        kind = fault["type"]
        place = fault["loc"][:-1] if kind == "extra_forbidden" else fault["loc"]
        name = ".".join(str(part) for part in place if not isinstance(part, str) or part.isascii())[:120]
        found.setdefault(name or "_", sentence_for(kind, fault.get("ctx") or {}))
    return found
