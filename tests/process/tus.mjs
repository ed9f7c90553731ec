// A public tus client against the real server, told on stdin where and as whom; what it saw is one
// line of JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const tus = createRequire(import.meta.url)("tus-js-client");
const { endpoint, cookie, token, action } = JSON.parse(readFileSync(0, "utf8"));
const headers = { Cookie: cookie, "X-Form-Token": token };
const metadata = { filename: "pág ina.jpg", filetype: "image/jpeg", action };
const content = Buffer.alloc(700_000, "0123456789abcdef");
const results = {};

const upload = (options, stopAt = Infinity) => new Promise((done) => {
  const seen = [];
  let stopped = false;
  const made = new tus.Upload(content, {
    endpoint, headers, metadata, retryDelays: [0, 50, 100], chunkSize: 200_000,
    onProgress: (sent) => seen.push(sent),
    onChunkComplete: async (_, accepted) => {
      if (accepted < stopAt || stopped) return;
      stopped = true;
      await made.abort(options.terminate ?? false);
      done({ made, seen, stopped });
    },
    onSuccess: () => done({ made, seen, ok: true }),
    onError: (fault) => done({ made, seen, fault: String(fault), status: fault.originalResponse?.getStatus() }),
    ...options,
  });
  made.start();
});

const standing = async (url) => {
  const answer = await fetch(url, { method: "HEAD", headers: { ...headers, "Tus-Resumable": "1.0.0" } });
  return [answer.status, answer.headers.get("upload-offset"), answer.headers.get("upload-length")];
};

const whole = await upload({});
results.whole = [whole.ok, await standing(whole.made.url)];

const one = await upload({ chunkSize: Infinity });
results.one_request = [one.ok, await standing(one.made.url)];
await tus.Upload.terminate(one.made.url, { headers });

const half = await upload({}, 400_000);
results.aborted = [half.stopped, await standing(half.made.url)];
const on = await upload({ uploadUrl: half.made.url });
results.resumed = [on.ok, on.made.url === half.made.url, Math.min(...on.seen) >= 400_000, await standing(on.made.url)];

const over = await upload({ overridePatchMethod: true });
results.overridden = [over.ok, await standing(over.made.url)];

await tus.Upload.terminate(over.made.url, { headers });
results.terminated = await standing(over.made.url);

const dropped = await upload({ terminate: true }, 200_000);
results.dropped = await standing(dropped.made.url);

const stranger = await upload({ headers: { "X-Form-Token": token }, retryDelays: null });
results.stranger = stranger.status;

const large = await upload({ uploadSize: 11 * 2 ** 20, retryDelays: null });
results.too_large = large.status;

const lost = await upload({ uploadUrl: `${endpoint}/inc_nothing`, endpoint: null, retryDelays: null });
results.lost = lost.ok ?? false;

const options = await fetch(endpoint, { method: "OPTIONS" });
results.options = [options.status, options.headers.get("tus-version"), options.headers.get("tus-extension")];
results.left = [whole.made.url, half.made.url].map((url) => url.split("/").pop());
console.log(JSON.stringify(results));
