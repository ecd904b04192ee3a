import type { Embedder } from '../../core/ports.ts'

/** The same said in two ways. */
type Pair = readonly [plain: string, other: string]

/** What a manner of speaking is, shown by what differs where the matter does not. */
const AXES: Readonly<Record<string, { more: string; less: string; pairs: readonly Pair[] }>> = {
  casual: {
    more: 'more casual',
    less: 'more formal',
    pairs: [
      ['We regret to inform you that your order has been delayed.', "sorry, ur order's gonna be late"],
      [
        'Please do not hesitate to contact us should you require further assistance.',
        'hit me up if u need anything else',
      ],
      ['I would be pleased to assist you with your account.', 'sure thing, lemme look at ur account'],
      [
        'The installation is expected to take approximately ten minutes.',
        'takes like ten mins to install lol',
      ],
      ['We would kindly ask you to enter your password again.', 'just type ur password again dude'],
      ['That is unfortunately not possible at present.', "nah, can't do that right now"],
      ['Good morning. How may I be of service?', "hey hey, what's up buddy?"],
      ['The document was received in good order.', 'yep got ur doc, all good bro'],
    ],
  },
  rude: {
    more: 'ruder',
    less: 'more polite',
    pairs: [
      ['I am sorry to hear that; let us find out what went wrong.', "That's your own fault. Deal with it."],
      [
        'Good question. The button is at the top right.',
        'Did you even look? The button is at the top right, obviously.',
      ],
      ['Thank you for your patience.', 'Stop wasting my time.'],
      [
        'I may not have explained that well; here it is again.',
        'How can you not understand something this simple?',
      ],
      ['Of course, I will check that for you.', 'Ugh, check it yourself.'],
      ['Please send the form again.', 'You sent the wrong form. Pay attention for once.'],
      ['I understand that this is annoying.', 'Nobody cares. Stop whining.'],
      ['The manual explains it on page two.', 'If you had bothered to read the manual, you would know.'],
    ],
  },
  excited: {
    more: 'more excited',
    less: 'calmer',
    pairs: [
      ['Your order has arrived.', 'WOW!!! Your order is HERE!!! So exciting!!!'],
      ['The update is available.', "OMG the update is OUT!!! It's AMAZING!!!"],
      ['Thank you for your message.', 'Yay!!! Thanks SO much for your message!!! We LOVE it!!!'],
      ['You can now use the app.', 'Woohoo! Now you can use the app! How awesome is that!'],
      ['The meeting is at three.', "The meeting is at three!!! Can't wait!!! Woo!"],
      ['The shop has a new shelf.', "You won't BELIEVE our incredible new shelf! Best shelf EVER!"],
      ['The refund was sent today.', "Guess what?! Your refund is on its way! Isn't that fantastic?!"],
    ],
  },
  florid: {
    more: 'more florid',
    less: 'plainer',
    pairs: [
      ['It rains today.', 'The heavens weep their silver tears upon the weary earth today.'],
      [
        'Your parcel comes tomorrow.',
        'Upon the morrow, dear traveller, thy parcel shall grace thy threshold.',
      ],
      [
        'The shop opens at nine.',
        'When the ninth bell tolls, our humble doors shall open wide as morning blossoms.',
      ],
      ['The file is saved.', 'Thy precious scroll now slumbers safely within the vaults of memory.'],
      [
        'The battery is empty.',
        'Alas, the last ember of its strength has faded into the silence of the night.',
      ],
      ['Please wait a moment.', 'Tarry but a while, noble soul, whilst fortune turns her gentle wheel.'],
    ],
  },
  pushy: {
    more: 'pushier',
    less: 'more reserved',
    pairs: [
      ['The plan costs ten a month.', 'Grab the plan now for only ten a month before this offer is gone!'],
      [
        'You can also order by telephone.',
        "Don't miss out: call now and order today, stocks are running low!",
      ],
      ['We have two models.', 'You need the premium model. Trust me, buy it today and thank me later!'],
      ['The course begins in May.', 'Sign up right now! Only three places left, act fast!'],
      [
        'The newsletter comes once a month.',
        'Subscribe now and get our unbeatable exclusive deals, limited time only!',
      ],
      ['The jacket is on sale until Sunday.', 'Hurry! Buy two jackets today and save big, you deserve it!'],
    ],
  },
}

export interface Axis {
  more: string
  less: string
  /** Of length 1: from the plain to the other. */
  direction: Float32Array
}

/** What differs between the two of each pair, and little of what they are about. */
export async function axesOf(embedder: Embedder): Promise<readonly Axis[]> {
  return Promise.all(
    Object.values(AXES).map(async ({ more, less, pairs }) => {
      const vectors = await embedder.embed(pairs.flat())
      const direction = new Float32Array(embedder.dimensions)
      for (let pair = 0; pair < vectors.length; pair += 2)
        for (let i = 0; i < direction.length; i++)
          direction[i]! += vectors[pair + 1]![i]! - vectors[pair]![i]!
      const length = Math.hypot(...direction) || 1
      return { more, less, direction: direction.map((x) => x / length) }
    }),
  )
}

/** How far a text stands along each axis. */
export const along = (axes: readonly Axis[], vector: Float32Array): number[] =>
  axes.map(({ direction }) => direction.reduce((sum, x, i) => sum + x * vector[i]!, 0))
