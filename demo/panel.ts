import type { ShapeModel } from "babylon-deepsdf";
import GUI from "lil-gui";
import { axesOf, type Settings } from "./settings.js";

const GREATEST_SEED = 999;

/**
 * The sliders.
 *
 * @param onChange is called after every change
 */
export function createPanel(shapes: ShapeModel, settings: Settings, onChange: () => void): GUI {
    const gui = new GUI({ title: "Prop", width: 290 });
    const actions = {
        roll: () => {
            settings.seed = Math.floor((GREATEST_SEED + 1) * Math.random());
            settings.blend = 0;
            settings.amounts.fill(0);
            gui.controllersRecursive().forEach((controller) => {
                controller.updateDisplay();
            });
            onChange();
        },
    };
    gui.add(settings, "category", [...shapes.categories]).onChange(() => {
        settings.amounts.fill(0);
        rebuildAxes();
        onChange();
    });
    gui.add(settings, "seed", 0, GREATEST_SEED, 1).onChange(onChange);
    gui.add(actions, "roll").name("roll the dice");
    gui.add(settings, "temperature", 0, 1.5, 0.01).onChange(onChange);
    gui.add(settings, "resolution", 16, 128, 8).onChange(onChange);

    const blend = gui.addFolder("Blend with another");
    blend.add(settings, "otherSeed", 0, GREATEST_SEED, 1).name("its seed").onChange(onChange);
    blend.add(settings, "blend", 0, 1, 0.01).name("amount").onChange(onChange);

    const axes = gui.addFolder("Axes");
    const rebuildAxes = () => {
        for (const controller of [...axes.controllers]) {
            controller.destroy();
        }
        axesOf(shapes, settings.category).forEach(({ name, range }, place) => {
            const amounts = settings.amounts as unknown as Record<string, number>;
            axes.add(amounts, String(place), range[0], range[1], 0.01).name(name).onChange(onChange);
        });
    };
    rebuildAxes();
    if (window.innerWidth < 600) {
        gui.close();
    }
    return gui;
}
