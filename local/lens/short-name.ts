const ANIMALS =
  "ant ape asp auk bat bee boa bug cat cod cow cub daw doe dog eel elk emu ewe fly fox gnu hen hog jay kid koi lark lion loon lynx mink mole moth mule newt orca oryx owl ox pika puma ram rat ray rook seal shad slug swan toad vole wasp wolf worm wren yak zebu".split(
    " ",
  );

/** A name to call an order by, always the same for the same id: an animal and the id's last three characters. */
export const shortName = (orderId: string): string => {
  let hash = 0;
  for (const letter of orderId) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
  return `${ANIMALS[hash % ANIMALS.length]}-${orderId.slice(-3).toLowerCase()}`;
};
