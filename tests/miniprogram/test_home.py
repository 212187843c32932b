"""The first screen: one request, one big call, and what is next."""


class TestFirstScreen:
    async def test_a_daughter_sees_her_mother_and_what_is_next(self, phone):
        async with phone("daughter") as it:
            await it.open()

            await it.reads("王桂兰的健康")
            await it.reads("有急事，打电话")

    async def test_something_useful_after_two_requests(self, phone):
        async with phone("wang") as it:
            await it.open()
            await it.reads("您好，王桂兰")

            assert len(await it.requests()) <= 2

    async def test_a_stranger_is_told_what_to_do(self, phone):
        async with phone("stranger") as it:
            await it.open()

            await it.reads("还没有您能看的档案")
