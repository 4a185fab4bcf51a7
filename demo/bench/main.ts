/** The suite measures the package's parts, not its public entry, so its page lives with it. */
import "../../test/bench/page/main.js";
