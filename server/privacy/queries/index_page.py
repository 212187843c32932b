"""The first page of a copy: what is in it, in words, and the health record as it is read out. It needs no network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from server.kit.clock import SHANGHAI
from server.records.queries import EntryCard

STYLE = (
    "body{font:18px/1.7 sans-serif;max-width:48em;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.3em .6em;text-align:left}"
    "article{border-top:1px solid #bbb;padding:.6em 0}h2{margin-top:2em}"
)
OF_ONESELF = "这是系统里关于您的全部信息的副本（个人信息保护法第四十五条）。"
FOR_A_PROXY = (
    "这是系统里关于您代办的这位长者的信息的副本（个人信息保护法第四十五条），只有您的代办范围以内的。"
    "要全部的，请长者本人要一份。"
)
WORDS = (
    "下面每一行是一个文件，用记事本或浏览器都能打开，也可以交给别的系统读取。"
    "里面有健康情况和号码，请保管好，不要转发。"
)
LEFT_OUT = "没有给出的只有：登录凭据和防伪的指纹；别人的信息（别人写成“他人”）；手机里和纸上的东西。"
LEFT_OUT_OF_A_PROXYS = (
    "没有给出的有：长者自己账号里的（收到的消息、写的评价、登录过的手机）；号码的原文；登录凭据和防伪的指纹；"
    "别人的信息（别人写成“他人”，您自己也是）；手机里和纸上的东西"
)
PUT_RIGHT = "觉得哪里不对，可以在小程序“更正”里提出。"


@dataclass(frozen=True)
class ToldPart:
    """One file of a copy, once it is written."""

    file: str
    title: str
    rows: int


def index_page(
    *,
    made_at: datetime,
    parts: Sequence[ToldPart],
    entries: Iterable[EntryCard],
    missing: Sequence[str] | None,
) -> str:
    """Write the page; `missing` names what a proxy's grant does not cover, and is None for a copy of oneself."""
    beginning, end = _words(missing)
    lines = "".join(
        f'<tr><td>{escape(each.title)}</td><td>{each.rows}</td><td><a href="{each.file}">{each.file}</a></td></tr>'
        for each in parts
    )
    record = "".join(_article(each) for each in entries)
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>个人信息副本</title><style>{STYLE}</style>'
        f"<h1>个人信息副本</h1><p>取出时间：{_at(made_at)}</p><p>{beginning}{WORDS}</p>"
        f"<table><tr><th>内容</th><th>条数</th><th>文件</th></tr>{lines}</table><p>{end}{PUT_RIGHT}</p>"
        + (f"<h2>健康档案</h2>{record}" if record else "")
    )


def _words(missing: Sequence[str] | None) -> tuple[str, str]:
    if missing is None:
        return OF_ONESELF, LEFT_OUT
    beyond = f"；不在代办范围里的（{'、'.join(missing)}）" if missing else ""
    return FOR_A_PROXY, f"{LEFT_OUT_OF_A_PROXYS}{beyond}。"


def _article(entry: EntryCard) -> str:
    version = f"，第 {entry.version} 版" if entry.version > 1 else ""
    old = "" if entry.is_current else "（已被更正）"
    said = "".join(f"<p>本人说明：{escape(each.text)}</p>" for each in entry.objections)
    return (
        f"<article><strong>{escape(entry.title)}</strong>{old} {escape(entry.category_words)}，{_at(entry.effective_at)}"
        f"<p>{escape(entry.words)}</p><p>记录：{escape(entry.source)}，{escape(entry.author)}{version}</p>{said}</article>"
    )


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
