// C = α · op(A) · op(B) + β · D for a batch of matrices, or the parts of a long sum. A workgroup makes 128 × 32 of one C:
// both tiles go through shared memory, a thread keeps 8 × 4 sums in registers.

override transposesA: bool = false;
override transposesB: bool = false;
/** Whether D is added. */
override adds: bool = false;
/** Negative results become 0. */
override rectifies: bool = false;
/** Results become 0 where D is not positive: the gradient of what D was rectified by. */
override masks: bool = false;

struct View {
    /** All counted in numbers; `stride` from row to row, `batch` from matrix to matrix. */
    offset: u32,
    stride: u32,
    batch: u32,
    /** Rows of the result that share one row of this matrix. */
    repeat: u32,
}

struct Product {
    rows: u32,
    columns: u32,
    /** Terms of a sum that one matrix of the batch takes, and terms in all. */
    inner: u32,
    total: u32,
    alpha: f32,
    beta: f32,
    a: View,
    b: View,
    c: View,
    d: View,
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
@group(0) @binding(3) var<storage, read> d: array<f32>;
@group(0) @binding(4) var<uniform> product: Product;

const TILE_ROWS = 128u;
const TILE_COLUMNS = 32u;
const TILE_INNER = 16u;
// In vectors of four; one more than needed keeps writes to different rows in different banks.
const STRIDE_A = 33u;
const STRIDE_B = 9u;

var<workgroup> tileA: array<vec4f, TILE_INNER * STRIDE_A>;
var<workgroup> tileB: array<vec4f, TILE_INNER * STRIDE_B>;

fn readA(batch: u32, row: u32, term: u32, terms: u32) -> f32 {
    if (row >= product.rows || term >= terms) {
        return 0;
    }
    let start = product.a.offset + batch * product.a.batch;
    return a[start + select(row * product.a.stride + term, term * product.a.stride + row, transposesA)];
}

fn readB(batch: u32, term: u32, column: u32, terms: u32) -> f32 {
    if (column >= product.columns || term >= terms) {
        return 0;
    }
    let start = product.b.offset + batch * product.b.batch;
    return b[start + select(term * product.b.stride + column, column * product.b.stride + term, transposesB)];
}

fn fillA(thread: u32, batch: u32, firstRow: u32, firstTerm: u32, terms: u32) {
    for (var i = 0u; i < 4u; i++) {
        // Neighbouring threads read neighbouring numbers.
        let quad = select(thread / 16u + 8u * i, thread % 32u, transposesA);
        let term = select(thread % 16u, thread / 32u + 4u * i, transposesA);
        let row = firstRow + 4u * quad;
        tileA[term * STRIDE_A + quad] = vec4f(
            readA(batch, row, firstTerm + term, terms),
            readA(batch, row + 1u, firstTerm + term, terms),
            readA(batch, row + 2u, firstTerm + term, terms),
            readA(batch, row + 3u, firstTerm + term, terms),
        );
    }
}

fn fillB(thread: u32, batch: u32, firstColumn: u32, firstTerm: u32, terms: u32) {
    let quad = select(thread % 8u, thread / 16u, transposesB);
    let term = select(thread / 8u, thread % 16u, transposesB);
    let column = firstColumn + 4u * quad;
    tileB[term * STRIDE_B + quad] = vec4f(
        readB(batch, firstTerm + term, column, terms),
        readB(batch, firstTerm + term, column + 1u, terms),
        readB(batch, firstTerm + term, column + 2u, terms),
        readB(batch, firstTerm + term, column + 3u, terms),
    );
}

fn put(batch: u32, row: u32, firstColumn: u32, sums: vec4f) {
    if (row >= product.rows) {
        return;
    }
    for (var j = 0u; j < 4u; j++) {
        let column = firstColumn + j;
        if (column >= product.columns) {
            return;
        }
        var value = product.alpha * sums[j];
        if (adds || masks) {
            let rowD = row / product.d.repeat;
            let other = d[product.d.offset + batch * product.d.batch + rowD * product.d.stride + column];
            if (adds) {
                value += product.beta * other;
            }
            if (masks) {
                value = select(0.0, value, other > 0.0);
            }
        }
        if (rectifies) {
            value = max(value, 0.0);
        }
        c[product.c.offset + batch * product.c.batch + row * product.c.stride + column] = value;
    }
}

@compute @workgroup_size(8, 16)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(local_invocation_id) local: vec3u,
    @builtin(local_invocation_index) thread: u32,
) {
    let batch = workgroup.z;
    let firstColumn = workgroup.x * TILE_COLUMNS;
    let firstRow = workgroup.y * TILE_ROWS;
    let terms = min(product.inner, product.total - batch * product.inner);
    var c0 = vec4f();
    var c1 = vec4f();
    var c2 = vec4f();
    var c3 = vec4f();
    var c4 = vec4f();
    var c5 = vec4f();
    var c6 = vec4f();
    var c7 = vec4f();
    for (var first = 0u; first < terms; first += TILE_INNER) {
        fillA(thread, batch, firstRow, first, terms);
        fillB(thread, batch, firstColumn, first, terms);
        workgroupBarrier();
        for (var k = 0u; k < TILE_INNER; k++) {
            let near = tileA[k * STRIDE_A + local.y];
            let far = tileA[k * STRIDE_A + local.y + 16u];
            let row = tileB[k * STRIDE_B + local.x];
            c0 += near.x * row;
            c1 += near.y * row;
            c2 += near.z * row;
            c3 += near.w * row;
            c4 += far.x * row;
            c5 += far.y * row;
            c6 += far.z * row;
            c7 += far.w * row;
        }
        workgroupBarrier();
    }
    let row = firstRow + 4u * local.y;
    let column = firstColumn + 4u * local.x;
    put(batch, row, column, c0);
    put(batch, row + 1u, column, c1);
    put(batch, row + 2u, column, c2);
    put(batch, row + 3u, column, c3);
    put(batch, row + 64u, column, c4);
    put(batch, row + 65u, column, c5);
    put(batch, row + 66u, column, c6);
    put(batch, row + 67u, column, c7);
}
