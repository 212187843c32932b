"""How documents and tables refuse."""

from server.kit.errors import DomainError, Kind


class NoFont(DomainError):
    """A PDF without a Chinese font would be a page of boxes."""

    code = "documents.no_font"
    kind = Kind.BUSY
    message = "服务器上没有中文字体，现在不能生成 PDF。请让管理员安装字体包 fonts-noto-cjk；急用时请打开网页，用浏览器的打印功能。"


class LetterMissing(DomainError):
    """A rare letter of a name that no font here can draw: it must not be left out without a word."""

    code = "documents.letter_missing"
    kind = Kind.CONFLICT
    message = "有的字这台服务器的字库里没有，打印出来会缺字，所以没有生成。请让管理员安装更全的字体后再打印。"


class NotToBeSigned(DomainError):
    """The paper form is for a request that still waits."""

    code = "documents.not_to_be_signed"
    kind = Kind.CONFLICT
    message = "这份征求已经有了决定或者过期了，不用再打印表格签字。"


class UnknownNumber(DomainError):
    code = "documents.unknown_number"
    kind = Kind.NOT_FOUND
    message = "没有查到这个编号的文件。请对照纸上的编号再核对一遍；如果编号没错，这张纸不是本系统开出的。"


class TooManyExports(DomainError):
    code = "documents.too_many_exports"
    kind = Kind.CONFLICT
    message = "您有几份表格正在写，请等它们写好，或取消不要的，再导出新的。"


class NotAFilter(DomainError):
    """The list does not know this condition: without it the table would hold more than was meant."""

    code = "documents.not_a_filter"
    kind = Kind.INVALID
    message = "导出的条件和列表对不上。请回到列表，重新查询后再导出。"


class NotReady(DomainError):
    code = "documents.not_ready"
    kind = Kind.CONFLICT
    message = "这份表格还没有写好，请稍等，写好后再下载。"


class Expired(DomainError):
    code = "documents.expired"
    kind = Kind.CONFLICT
    message = "这份表格已经过期删除了。如果还需要，请回到列表重新导出。"


class AlreadyOver(DomainError):
    code = "documents.already_over"
    kind = Kind.CONFLICT
    message = "这份表格已经删除、失败或取消了，不用再取消。"
