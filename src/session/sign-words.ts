/** 256 plain words of three to five letters, so that one byte draws one and three fit the narrowest prompt. */
export const SIGN_WORDS: readonly string[] = `
acorn amber anvil apple april arrow atlas attic bacon badge bagel baker banjo barge barn basin beach bean bear
bell bench berry birch bison blaze bloom board boat bonus boot booth bowl brake brass bread brick bride brook
broom brush bugle cabin cable cake camel candy canoe cargo cave cedar chair chalk cheek chess chin cider cliff
cloak clock cloud coach cocoa comet coral couch crab crane crown cup curry daisy dawn deer delta desk diary
dice dingo door dove dozen drum duck dune eagle earth easel egg elbow elm ember fable fern ferry field fig
finch fjord flag flame flask flint flora flute foam fox frost fruit gate gecko gem glass globe glove goat gold
goose grape grass harp hat hawk hazel hedge hen hero honey hood horse hotel igloo iris iron ivory ivy jade jar
jelly jewel juice kayak kiln king kite kiwi knot koala lake lamp lark lemon lid lily lime linen lion lotus
mango map maple melon mint moon moss mouse mule navy nest north nut oak oasis oat ocean olive onion opera
orbit otter oven owl palm pan panda paper peach pear piano pie pilot pine plum pond pony poppy quail quilt
radio raft rain raven reef river robin rope rose ruby rug sage salt sand scarf seal shell ship shoe silk skate
sky slate snow sofa spoon star stone stove straw sugar swan sword table tango tea tent thumb tiger tin toad
toast tower train trout tulip vase vest water whale wheat wind wolf wool yacht yam yolk zebra zinc
`
  .trim()
  .split(/\s+/);
