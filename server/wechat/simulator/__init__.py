"""A stand-in for api.weixin.qq.com, for development and tests.

Imports nothing of the server's other code, so that a mistake is not made on both sides at once.
"""
