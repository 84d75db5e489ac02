// llama.cpp by node-llama-cpp on the CPU: the times of a prefill and of greedy decoding, as JSON on the last line.
// node bench.mjs MODEL.gguf THREADS PROMPT_TOKENS NEW_TOKENS
import { getLlama, LlamaLogLevel } from "node-llama-cpp";
import { readFileSync } from "node:fs";

const [model, threads, promptTokens, newTokens] = process.argv.slice(2);
const prompt = Number(promptTokens), tokens = Number(newTokens), repetitions = 4;

const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: Number(threads), skipDownload: true });
const loaded = await llama.loadModel({ modelPath: model, gpuLayers: 0, useMmap: true });
const context = await loaded.createContext({
  contextSize: Math.max(64, prompt + tokens + 8),
  batchSize: Math.max(64, prompt),
  threads: { ideal: Number(threads), min: Number(threads) },
  flashAttention: false,
});
const sequence = context.getSequence();

// The same ids for every engine; what they say does not matter.
const vocabulary = Math.min(1000, loaded.fileInfo.metadata?.tokenizer?.ggml?.tokens?.length ?? 1000);
const ids = Array.from({ length: prompt }, (_, i) => (i * 31 + 7) % vocabulary);
const prefillMs = [], decodeMs = [];
for (let repetition = 0; repetition < repetitions; repetition++) {
  await sequence.clearHistory();
  const start = performance.now();
  // Everything but the last token of the prompt; the first step of the loop below evaluates that one and gives the first token.
  await sequence.evaluateWithoutGeneratingNewTokens(ids.slice(0, -1));
  const steps = sequence.evaluate(ids.slice(-1), { temperature: 0, yieldEogToken: true });
  await steps.next();
  const prefilled = performance.now();
  for (let i = 0; i < tokens; i++)
    if ((await steps.next()).done) throw new Error(`the model ended after ${i} tokens; ask for fewer`);
  const end = performance.now();
  await steps.return();
  if (repetition > 0) { // the first warms up
    prefillMs.push(prefilled - start);
    decodeMs.push(end - prefilled);
  }
}
const version = JSON.parse(readFileSync(new URL("./node_modules/node-llama-cpp/package.json", import.meta.url))).version;
console.log(JSON.stringify({
  build: `node-llama-cpp ${version}, llama.cpp ${llama.llamaCppRelease?.release ?? "?"}`,
  instructions: String(llama.systemInfo ?? "").trim(),
  prefill_ms: prefillMs,
  decode_ms: decodeMs,
}));
await context.dispose();
process.exit(0);
