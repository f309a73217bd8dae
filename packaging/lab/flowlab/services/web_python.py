# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server in Python alone (aiohttp): `python3 -m flowlab.services.web_python SETTINGS`."""
import asyncio
import json
import pathlib
import sys

try:
    from aiohttp import web
except ImportError:  # then the service is left out, not the lab
    web = None

from . import own
from .site_pages import Pages


async def serve(settings):
    pages = Pages(json.loads(pathlib.Path(settings["application"]).read_text(encoding="utf-8")))
    www = pathlib.Path(settings["www"])

    async def answer(request):
        reply = pages.answer(request.method, request.raw_path, request.headers, await request.read())
        await asyncio.sleep(reply.delay)
        return web.Response(status=reply.status, body=reply.body, headers=reply.headers)

    application = web.Application(client_max_size=32_000_000)
    for name in settings["static"]:
        if (www / name).is_dir():
            application.router.add_static(f"/{name}", www / name)
        elif (www / name).exists():
            application.router.add_get(f"/{name}", lambda _, path=www / name: _file(path))
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application, keepalive_timeout=settings["keepalive"], access_log=None)
    await runner.setup()
    context = own.tls(settings["chain"], settings["key"], settings["versions"], ("http/1.1",))
    for port, tls in ((settings["port"], context), (settings["plain"], None)):
        for socket in own.sockets(port):
            await web.SockSite(runner, socket, ssl_context=tls).start()
    own.drop()
    await asyncio.Event().wait()


async def _file(path):
    return web.FileResponse(path)


if __name__ == "__main__":
    asyncio.run(serve(json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))))
