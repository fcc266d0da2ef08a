// The 512 words of client/names.h: nature, tools, weather, food; of our own making.
// DO NOT CHANGE: codes made of them stand on paper. docs/spec/names.md, "Words".

#include <array>

#include "client/names.h"

namespace amparo::client {
namespace {

constexpr std::array<absl::string_view, kWords> kWordList = {
    "acorn",   "alder",   "almond",  "anchor",  "anise",   "antler",  "anvil",   "apple",
    "apricot", "apron",   "arbor",   "arrow",   "aspen",   "attic",   "autumn",  "avocado",
    "awning",  "axle",    "azure",   "badge",   "bagel",   "baker",   "balcony", "bamboo",
    "banjo",   "barley",  "barn",    "barrel",  "basin",   "basket",  "bay",     "beacon",
    "bean",    "bear",    "beaver",  "beech",   "bell",    "bench",   "berry",   "bison",
    "blanket", "blossom", "blouse",  "boat",    "bobbin",  "bonsai",  "book",    "boot",
    "bottle",  "bowl",    "brass",   "bread",   "breeze",  "brick",   "bridge",  "brook",
    "broom",   "brush",   "bucket",  "buckle",  "bugle",   "bulb",    "butter",  "button",
    "cabin",   "cactus",  "cake",    "camel",   "camera",  "candle",  "canoe",   "canvas",
    "canyon",  "caramel", "cargo",   "carpet",  "carrot",  "cart",    "cashew",  "castle",
    "cedar",   "celery",  "cello",   "chair",   "chalk",   "cherry",  "chess",   "chime",
    "chisel",  "cider",   "citrus",  "cloak",   "clock",   "cloud",   "clover",  "cobalt",
    "cocoa",   "coconut", "coffee",  "comet",   "compass", "copper",  "corn",    "cotton",
    "cove",    "crab",    "crane",   "crayon",  "creek",   "cress",   "cricket", "crystal",
    "cup",     "curtain", "cushion", "cypress", "dairy",   "delta",   "denim",   "desk",
    "dial",    "dill",    "dolphin", "dome",    "donkey",  "door",    "dove",    "drawer",
    "drum",    "duck",    "dune",    "dusk",    "eagle",   "earth",   "easel",   "echo",
    "eddy",    "elbow",   "elk",     "elm",     "ember",   "emerald", "engine",  "estuary",
    "evening", "fabric",  "falcon",  "farm",    "feather", "fence",   "fennel",  "fern",
    "ferry",   "fiddle",  "field",   "fig",     "finch",   "fjord",   "flag",    "flame",
    "flax",    "fleece",  "flint",   "flock",   "flour",   "flute",   "fog",     "forest",
    "fork",    "fox",     "frost",   "fruit",   "gallery", "garden",  "garlic",  "garnet",
    "gate",    "gazelle", "geyser",  "giraffe", "glacier", "glade",   "glass",   "globe",
    "glove",   "goat",    "goblet",  "gold",    "goose",   "grain",   "granite", "grape",
    "grass",   "gravel",  "green",   "grouse",  "grove",   "guava",   "guitar",  "hammer",
    "hammock", "harbor",  "harp",    "harvest", "hat",     "hawk",    "hay",     "hedge",
    "helmet",  "hemp",    "heron",   "hickory", "hill",    "hinge",   "honey",   "hood",
    "horizon", "horn",    "husk",    "ibex",    "icicle",  "indigo",  "ink",     "inlet",
    "island",  "ivory",   "jacket",  "jaguar",  "jam",     "jar",     "jelly",   "jetty",
    "jigsaw",  "juice",   "jungle",  "juniper", "kayak",   "kelp",    "kernel",  "kettle",
    "key",     "kite",    "kitten",  "kiwi",    "knot",    "koala",   "kumquat", "lace",
    "ladder",  "ladle",   "lagoon",  "lake",    "lamp",    "lantern", "lathe",   "lava",
    "lawn",    "leaf",    "ledge",   "lemon",   "lens",    "lentil",  "lettuce", "lever",
    "lichen",  "lilac",   "lime",    "linen",   "lion",    "lizard",  "llama",   "lodge",
    "loom",    "lotus",   "lupin",   "lute",    "magnet",  "magpie",  "mango",   "mantle",
    "maple",   "marble",  "marina",  "marsh",   "mast",    "meadow",  "medal",   "melon",
    "mesa",    "mill",    "mint",    "mirror",  "mist",    "mitten",  "moon",    "moose",
    "morning", "mosaic",  "moth",    "mug",     "muslin",  "mustard", "napkin",  "nectar",
    "needle",  "nest",    "net",     "nettle",  "noodle",  "nook",    "nutmeg",  "oak",
    "oar",     "oasis",   "oat",     "ocean",   "ochre",   "onion",   "onyx",    "orange",
    "orbit",   "orchard", "orchid",  "oregano", "osprey",  "otter",   "oven",    "owl",
    "oyster",  "paddle",  "paint",   "palm",    "panda",   "pansy",   "papaya",  "paper",
    "parcel",  "parka",   "parsley", "pasta",   "pastel",  "path",    "pea",     "peach",
    "peak",    "peanut",  "pear",    "pebble",  "pelican", "pencil",  "penguin", "pepper",
    "petal",   "piano",   "pickle",  "pigeon",  "pillar",  "pillow",  "pine",    "pitcher",
    "planet",  "plank",   "plate",   "plaza",   "plough",  "plover",  "plum",    "pocket",
    "pollen",  "poncho",  "pond",    "pony",    "porch",   "pottery", "prairie", "prism",
    "puddle",  "puffin",  "pulley",  "pumpkin", "purple",  "purse",   "quail",   "quartz",
    "quill",   "quilt",   "rabbit",  "radish",  "raft",    "rain",    "raisin",  "rake",
    "ranch",   "reef",    "ribbon",  "rice",    "ridge",   "river",   "rocket",  "rope",
    "rudder",  "rug",     "saddle",  "saffron", "sail",    "salad",   "salmon",  "salt",
    "sand",    "sandal",  "satin",   "saucer",  "scarf",   "season",  "seed",    "sequoia",
    "sesame",  "shelf",   "shell",   "ship",    "shore",   "shovel",  "shuttle", "silk",
    "silver",  "skylark", "sled",    "snow",    "soup",    "spark",   "sparrow", "spice",
    "spinach", "sponge",  "spoon",   "spring",  "spruce",  "square",  "stable",  "stamp",
    "star",    "stone",   "stove",   "straw",   "stream",  "string",  "summer",  "summit",
    "sun",     "swallow", "swan",    "sweater", "syrup",   "table",   "tea",     "teal",
    "tent",    "terrace", "thicket", "thimble", "thistle", "thrush",  "thyme",   "tide",
    "tiger",   "tile",    "timber",  "toast",   "tomato",  "topaz",   "torch",   "tower",
    "trail",   "tree",    "trellis", "trout",   "truffle", "trumpet", "tulip",   "tundra",
    "tunnel",  "turnip",  "turtle",  "twig",    "valley",  "vanilla", "vase",    "velvet",
    "vessel",  "vine",    "wagon",   "walnut",  "walrus",  "warbler", "water",   "wave",
    "wax",     "wheat",   "wheel",   "whistle", "willow",  "wind",    "window",  "winter",
    "wolf",    "wood",    "wool",    "yarn",    "yellow",  "yogurt",  "zebra",   "zephyr"};

}  // namespace

std::span<const absl::string_view> Words() { return kWordList; }

}  // namespace amparo::client
