import type { Activation } from "../../model/decoder.js";
import { activate, activationDerivative } from "../activations.js";

/** A function between two parallel lines: |f(x) − (slope · x + offset)| ≤ radius for all x of an interval. */
export interface Enclosure {
    slope: number;
    offset: number;
    radius: number;
}

/** Sines over more than this, radians, are only known to lie from −1 to 1. */
const WIDEST_SINE = 2 * Math.PI;

/** Encloses an activation over [low, high]; written to `into`, because a cell needs thousands of them. */
export function encloseActivation(activation: Activation, low: number, high: number, into: Enclosure): void {
    const { kind, alpha } = activation;
    if (kind === "identity") {
        set(into, 1, 0, 0);
    } else if (kind === "relu" || kind === "leakyRelu") {
        encloseHinge(alpha, low, high, into);
    } else if (kind === "sin") {
        encloseSine(low, high, into);
    } else {
        encloseBySlopes(activation, low, high, into);
    }
}

/**
 * Encloses sin(x + shift) over [low, high]: parallel to the chord, as near as the places where the sine runs parallel to
 * it allow.
 */
export function encloseSine(low: number, high: number, into: Enclosure, shift = 0): void {
    const [start, end] = [low + shift, high + shift];
    if (!(end - start < WIDEST_SINE)) {
        set(into, 0, 0, 1);
        return;
    }
    const slope = end > start ? (Math.sin(end) - Math.sin(start)) / (end - start) : Math.cos(start);
    const turn = Math.acos(Math.min(Math.max(slope, -1), 1));
    let least = Math.min(Math.sin(start) - slope * start, Math.sin(end) - slope * end);
    let most = Math.max(Math.sin(start) - slope * start, Math.sin(end) - slope * end);
    for (const base of [turn, -turn]) {
        const first = base + 2 * Math.PI * Math.ceil((start - base) / (2 * Math.PI));
        for (let x = first; x <= end; x += 2 * Math.PI) {
            const above = Math.sin(x) - slope * x;
            least = Math.min(least, above);
            most = Math.max(most, above);
        }
    }
    set(into, slope, (least + most) / 2 + slope * shift, (most - least) / 2);
}

/** Two half-lines that meet at 0, of the slopes `alpha` and 1. */
function encloseHinge(alpha: number, low: number, high: number, into: Enclosure): void {
    if (low >= 0) {
        set(into, 1, 0, 0);
    } else if (high <= 0) {
        set(into, alpha, 0, 0);
    } else {
        // Between the chord and its parallel through the hinge, whichever of the two is higher.
        const slope = (high - alpha * low) / (high - low);
        const gap = low * (alpha - slope);
        set(into, slope, gap / 2, Math.abs(gap) / 2);
    }
}

/** From how far the derivative goes over the interval. */
function encloseBySlopes(activation: Activation, low: number, high: number, into: Enclosure): void {
    const ends = [activationDerivative(activation, low), activationDerivative(activation, high)];
    let [least, most] = [Math.min(...ends), Math.max(...ends)];
    if (low < 0 && high > 0) {
        // Each of these derivatives is monotone on either side of 0; that of "elu" jumps there.
        const inner = [activationDerivative(activation, 0), activation.kind === "elu" ? 1 : least];
        least = Math.min(least, ...inner);
        most = Math.max(most, ...inner);
    }
    const slope = (least + most) / 2;
    const middle = (low + high) / 2;
    const radius = ((most - least) / 2) * ((high - low) / 2);
    set(into, slope, activate(activation, middle) - slope * middle, radius);
}

function set(into: Enclosure, slope: number, offset: number, radius: number): void {
    into.slope = slope;
    into.offset = offset;
    into.radius = radius;
}
