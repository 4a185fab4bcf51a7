import { loadField } from "./completion/setUp.js";
const { decoder, field } = await loadField("models/props.onnx", 1);
const n = Number(process.argv[2] ?? 1024);
const code = new Float32Array(decoder.latentSize).map((_, i) => Math.sin(i) * 0.1);
const points = new Float32Array(3 * n).map((_, i) => Math.sin(7 * i) * 0.8);
for (let k = 0; k < 3; k++) {
    const time = async (f: () => Promise<any>, name: string) => { await f(); const c = process.cpuUsage(); const t = performance.now(); const R = Math.ceil(20000 / n); for (let i = 0; i < R; i++) await f(); const d = (performance.now() - t) / R; const u = process.cpuUsage(c); console.log(name, n, d.toFixed(2), "ms wall", (u.user / 1000 / R).toFixed(2), "ms cpu", ((d * 1000) / n).toFixed(2), "us/sample"); };
    await time(() => field.evaluateAsync(code, points), "forward");
    await time(() => field.evaluateGradientAsync(code, points, {}), "point gradient");
    await time(() => field.evaluateGradientAsync(code, points, { latentGradients: true }), "latent gradient");
}
process.exit(0);
