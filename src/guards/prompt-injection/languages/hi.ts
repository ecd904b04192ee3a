import type { Language } from '../types.ts'

/** Also as it is written in Latin letters. The verb comes last. */
export const hi: Language = {
  sets: {
    not: 'कभी',
    mention: 'मतलब अर्थ उदाहरण हमला हमले हमलावर पहचान समझाओ समझाइए वाक्य शब्द क्यों कैसे matlab arth',
    other: 'अगर यदि उपयोगकर्ता कोई हमलावर',
    asking: 'कहे कहता पूछे कोशिश मांगे',
    fill: 'को के की का और या कृपया मुझे हमें सभी सब पूरी तरह से अब बस पूरा ko ke ki ka aur sabhi saare mujhe please bas @prior',
    prior:
      'पिछले पिछली पहले पूर्व उपरोक्त ऊपर सभी सारे अब पुराने मूल दिए गए pichle pichhle pehle purane upar sabhi saare',
    orders:
      'निर्देश निर्देशों निर्देशो निर्देशन नियम नियमों आदेश आदेशों प्रॉम्प्ट प्रांप्ट हिदायत हिदायतों दिशानिर्देश दिशानिर्देशों प्रतिबंध प्रतिबंधों बातों बातें कमांड instructions instruction nirdesh nirdeshon niyam rules prompt',
    drop: 'अनदेखा अनदेखी नजरअंदाज नज़रअंदाज़ नज़रअंदाज भूल भूलकर उपेक्षा इग्नोर नकार ignore bhool bhul andekha nazarandaaz',
    show: 'बताओ बताएं बताइए बता दिखाओ दिखाएं दिखाइए प्रकट दोहराओ दोहराएं दोहराइए लिखो लिखें प्रिंट साझा बताये batao bataiye dikhao dikhaiye likho',
  },
  rules: [
    ['overrides', 0.95, '@prior ~3 @orders ~3 @drop'],
    ['overrides', 0.92, 'अपने|अपनी|अपना|apne|apni ~2 @orders ~2 @drop'],
    ['overrides', 0.92, '@drop ~2 @prior! ~2 @orders'],
    ['overrides', 0.9, 'सब|सबकुछ|sab कुछ|kuch? ~2 भूल|bhool! जाओ|जाइए|जाएं|jao'],
    ['overrides', 0.9, 'निर्देशों|नियमों|आदेशों का|को! पालन|मानना मत|नहीं ~1 करो|करें|करना'],
    ['overrides', 0.45, 'अब से तुम|आप|तू'],
    ['extraction', 0.93, 'अपने|अपना|अपनी|सिस्टम|apna|apne|apni|system|मूल|प्रारंभिक ~3 @orders ~4 @show!'],
    ['extraction', 0.9, 'आपके|तुम्हारे|आपका|तुम्हारा ~2 निर्देश|प्रॉम्प्ट|नियम ~1 क्या!'],
    ['extraction', 0.9, 'ऊपर|उपरोक्त ~3 सब|टेक्स्ट|पाठ|शब्द|शब्दों|सभी|लिखा ~3 दोहराओ|दोहराएं|दोहराइए|प्रिंट|लिखें'],
    ['personas', 0.72, 'तुम|आप|एआई ~5 बिना|कोई! ~3 प्रतिबंध|सेंसर|सीमा|फ़िल्टर|रोक ~1 के|नहीं|वाले'],
  ],
}
