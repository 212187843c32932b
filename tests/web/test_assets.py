"""Style sheets and scripts: kept by browsers for ever under an address that changes with them."""

import gzip

from admin.pages import ASSETS, HERE


class TestAssets:
    async def test_a_file_comes_compressed_and_may_be_kept(self, anonymous, address):
        url = ASSETS.url("vendor/echarts-6.1.0.common.min.js")

        answer = await anonymous.get(f"{address}{url}")

        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.content == (HERE / "static/vendor/echarts-6.1.0.common.min.js").read_bytes()

    async def test_who_cannot_unpack_gets_it_as_it_is(self, anonymous, address):
        plain = await anonymous.get(
            f"{address}{ASSETS.url('console.css')}", headers={"accept-encoding": "identity"}
        )

        assert "content-encoding" not in plain.headers
        assert len(gzip.compress(plain.content)) < len(plain.content) / 2

    async def test_nothing_outside_the_folder_is_there(self, anonymous, address):
        for path in ("../pages.py", "%2e%2e/pages.py", "nothing.css", ""):
            assert (await anonymous.get(f"{address}/admin/static/{path}")).status_code in {404, 405}
