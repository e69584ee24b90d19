// Shows the page for "no connection" where the server cannot be reached. It keeps that page and what it looks like,
// nothing else: no page that names anybody is ever kept on this machine.
const KEPT = "shubbak-offline";

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

async function keep() {
  const cache = await caches.open(KEPT);
  const page = await fetch("/offline", { credentials: "omit", cache: "reload" });
  const text = await page.clone().text();
  await cache.put("/offline", page);
  const looks = [...text.matchAll(/href="(\/static\/[^"]+)"/g)].map((match) => match[1]);
  await cache.addAll(looks);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(() => caches.match("/offline")));
  } else if (new URL(request.url).pathname.startsWith("/static/")) {
    event.respondWith(fetch(request).catch(() => caches.match(request)));
  }
});
