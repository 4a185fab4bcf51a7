/** Points spread over an octahedron, as a text file. */
export function octahedronXyz(count: number, radius: number, middle: readonly number[]): string {
    const lines = Array.from({ length: count }, (_, n) => {
        const [a, b, c] = [1, 2, 3].map((k) => Math.sin(12.9898 * (3 * n + k)) * 43758.5453);
        const raw = [a, b, c].map((value) => 2 * (value - Math.floor(value)) - 1);
        const sum = raw.reduce((total, value) => total + Math.abs(value), 0);
        return middle.map((centre, axis) => (centre + (radius * raw[axis]) / sum).toFixed(3)).join(" ");
    });
    return lines.join("\n");
}
