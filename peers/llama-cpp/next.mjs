// llama.cpp by node-llama-cpp on the CPU: the ids of a prompt, the greedy continuation and the likeliest next tokens, as JSON on the last line.
// node next.mjs MODEL.gguf TEXT NEW_TOKENS BEGIN_ID
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

const [model, text, newTokens, begin] = process.argv.slice(2);
const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: 2, skipDownload: true });
const loaded = await llama.loadModel({ modelPath: model, gpuLayers: 0 });
const context = await loaded.createContext({ contextSize: 128, flashAttention: false });
const sequence = context.getSequence();
const prompt = loaded.tokenize(text, false);
const ids = Number(begin) < 0 ? prompt : [Number(begin), ...prompt];
const steps = [];
for await (const step of sequence.evaluateWithMetadata(ids, { probabilities: true }, { temperature: 0, yieldEogToken: true })) {
  steps.push({ id: step.token, likeliest: [...step.probabilities].slice(0, 5) });
  if (steps.length == Number(newTokens)) break;
}
console.log(JSON.stringify({ prompt, steps }));
process.exit(0);
