import {
    editableInPropertyPage,
    type IEditablePropertyListOption,
    type PropertyTypeForEdition,
} from "@babylonjs/core/Decorators/nodeDecorator.js";
import { MetadataSymbol } from "@babylonjs/core/Misc/decorators.functions.js";
import { knownShapeModels, onShapeModelsChanged } from "./shapeModels.js";

/** The engine's enumeration, which it exports as a type only. */
const [BOOLEAN, FLOAT, INT, LIST]: PropertyTypeForEdition[] = [0, 1, 2, 5];

/** A property for the editor's panel: a switch, a number, or one of some texts. */
export type EditableProperty =
    | { readonly name: string; readonly label: string; readonly kind: "switch" }
    | {
          readonly name: string;
          readonly label: string;
          readonly kind: "float";
          readonly min: number;
          readonly max: number;
      }
    | { readonly name: string; readonly label: string; readonly kind: "int" }
    | {
          readonly name: string;
          readonly label: string;
          readonly kind: "choice";
          readonly choices: () => readonly string[];
      };

type BlockClass = abstract new (name: string) => object;

/** Lists properties of a block class in the editor's panel, beside those of its base class. */
export function makeEditable(block: BlockClass, properties: readonly EditableProperty[]): void {
    // What a standard decorator would write to; written by hand so that no build has to know decorators.
    const inherited = (block as unknown as Record<symbol, object | undefined>)[MetadataSymbol] ?? null;
    const metadata = Object.create(inherited) as DecoratorMetadataObject;
    Object.defineProperty(block, MetadataSymbol, { value: metadata, configurable: true, writable: true });
    for (const property of properties) {
        const { label, kind } = property;
        const options = { notifiers: { rebuild: true } };
        if (kind === "switch") {
            editableInPropertyPage(label, BOOLEAN, "SHAPES", options)(undefined, { name: property.name, metadata });
        } else if (kind === "int") {
            editableInPropertyPage(label, INT, "SHAPES", options)(undefined, { name: property.name, metadata });
        } else if (kind === "float") {
            const { min, max } = property;
            const range = { ...options, min, max };
            editableInPropertyPage(label, FLOAT, "SHAPES", range)(undefined, { name: property.name, metadata });
        } else {
            const list = { ...options, options: liveOptions(property.choices) };
            const name = addChoice(block, property.name, list.options);
            editableInPropertyPage(label, LIST, "SHAPES", list)(undefined, { name, metadata });
        }
    }
}

/** The panel knows numbers only, so a text is chosen by its place among the options. */
function addChoice(block: BlockClass, name: string, options: readonly IEditablePropertyListOption[]): string {
    const accessor = `${name}Choice`;
    Object.defineProperty(block.prototype, accessor, {
        configurable: true,
        get(this: Record<string, string>) {
            return options.findIndex(({ label }) => label === (this[name] || ANY));
        },
        set(this: Record<string, string>, place: number) {
            const label = options[place]?.label ?? ANY;
            this[name] = label === ANY ? "" : label;
        },
    });
    return accessor;
}

/** What an empty text is called. */
const ANY = "any";

/** Options that follow the registered decoders. */
function liveOptions(choices: () => readonly string[]): IEditablePropertyListOption[] {
    const options: IEditablePropertyListOption[] = [];
    const refresh = () => {
        const entries = choices().map((choice, value) => ({ label: choice || ANY, value }));
        options.splice(0, options.length, ...entries);
    };
    refresh();
    onShapeModelsChanged(refresh);
    return options;
}

/** Categories of all registered decoders, after the empty one. */
export function knownCategories(): string[] {
    return [...new Set(["", ...knownShapeModels().flatMap(([, { categories }]) => categories)])];
}

/** Names of the axes of all registered decoders. */
export function knownAxes(): string[] {
    return [...new Set(knownShapeModels().flatMap(([, { axes }]) => axes.map(({ name }) => name)))];
}

/** Names of all registered decoders, after the empty one. */
export function knownDecoders(): string[] {
    return ["", ...knownShapeModels().map(([name]) => name)];
}
