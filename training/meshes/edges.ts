/** The half-edges of triangles: half-edge h runs from corner h of the indices to the next corner of its triangle. */
export class Edges {
    /** Half-edges by the pair of their vertices. */
    private readonly byPair = new Map<number, number[]>();

    constructor(
        readonly indices: Uint32Array,
        private readonly vertexCount: number,
    ) {
        for (let h = 0; h < indices.length; h++) {
            const key = this.key(h);
            const list = this.byPair.get(key);
            if (list) list.push(h);
            else this.byPair.set(key, [h]);
        }
    }

    from(h: number): number {
        return this.indices[h];
    }

    to(h: number): number {
        return this.indices[h % 3 === 2 ? h - 2 : h + 1];
    }

    /** The one other half-edge on the same vertices; null at a border or where more than two triangles meet. */
    partner(h: number): number | null {
        const list = this.byPair.get(this.key(h)) as number[];
        if (list.length !== 2) return null;
        return list[0] === h ? list[1] : list[0];
    }

    /** Edges with one triangle, and edges with more than two. */
    count(): { border: number; crowded: number } {
        let [border, crowded] = [0, 0];
        for (const { length } of this.byPair.values()) {
            if (length === 1) border++;
            if (length > 2) crowded++;
        }
        return { border, crowded };
    }

    /** Keys of the edges with one triangle; the same two vertices have the same key in any set of as many vertices. */
    borderKeys(): number[] {
        return [...this.byPair].filter(([, list]) => list.length === 1).map(([key]) => key);
    }

    /** Edges that more triangles run along one way than the other, as often as they do; a closed mesh has none. */
    unpaired(): { from: number; to: number; triangle: number }[] {
        const found: { from: number; to: number; triangle: number }[] = [];
        for (const list of this.byPair.values()) {
            const from = this.from(list[0]);
            const along = list.filter((h) => this.from(h) === from);
            const against = list.filter((h) => this.from(h) !== from);
            const [more, less] = along.length >= against.length ? [along, against] : [against, along];
            for (const h of more.slice(0, more.length - less.length)) {
                found.push({ from: this.from(h), to: this.to(h), triangle: Math.floor(h / 3) });
            }
        }
        return found;
    }

    private key(h: number): number {
        const [a, b] = [this.from(h), this.to(h)];
        return Math.min(a, b) * this.vertexCount + Math.max(a, b);
    }
}
