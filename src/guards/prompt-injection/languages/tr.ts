import type { Language } from '../types.ts'

/** The verb comes last; suffixes are many, so that most words are stems. */
export const tr: Language = {
  sets: {
    mention:
      'demek anlamı anlama örnek örnekler saldırı saldırılar saldırgan tespit koruma nedir açıkla cümle ifade neden nasıl',
    other: 'eğer kullanıcı kullanıcılar biri saldırgan metin belge',
    asking: 'isterse istiyor ister çalışırsa çalışıyor derse söylerse',
    not: 'asla',
    fill: 've veya lütfen bana bize tam tamamen şimdi aynen olduğu gibi tamamını kelimesi kelimesine hepsini sakın sadece @prior',
    prior:
      'önceki yukarıdaki yukarıda önce öncesindeki geçmiş eski mevcut tüm bütün verilen şimdiye evvelki ilk orijinal',
    orders:
      'talimat* komut* yönerge* kural* emir* emri* istem istemi* istemler* prompt* kısıtlama* direktif*',
    talk: 'konuşma* mesaj* bağlam* söylenen* söyledikleri* metni görev* şeyi şey',
    show: 'göster* yaz yazın yazdır* söyle* tekrarla* tekrar paylaş* açıkla ifşa listele* ver verin aktar* çevir* özetle*',
    your: 'sistem kendi gizli başlangıç sana sahip orijinal ilk senin',
  },
  rules: [
    [
      'overrides',
      0.95,
      '@prior ~3 @orders|@talk ~3 yoksay*|görmezden|unut|unutun|unutarak|boşver*|uyma|uymayın|uymamalı*|geçersiz|iptal|atla!',
    ],
    ['overrides', 0.95, '@prior ~3 @orders ~3 dikkate! alma|almayın|almadan|almamalı*'],
    ['overrides', 0.95, '@prior ~3 @orders ~3 göz! ardı|önünde'],
    ['overrides', 0.93, 'yoksay*|unut|unutun|boşver* ~3 @prior ~3 @orders'],
    [
      'overrides',
      0.92,
      'talimatlarını|talimatlarınızı|kurallarını|kurallarınızı|komutlarını ~2 yoksay*|görmezden|unut|unutun!',
    ],
    ['overrides', 0.92, 'her şeyi|seyi! unut|unutun'],
    ['overrides', 0.45, 'artık|bundan|andan ~3 sen|sonra'],
    ['overrides', 0.55, 'yeni talimat|talimatlar|görev $'],
    ['extraction', 0.93, '@your ~2 @orders|mesajını|mesajı ~4 @show'],
    ['extraction', 0.93, 'talimatlarını|talimatlarınızı|istemini|isteminizi|promptunu ~3 @show'],
    ['extraction', 0.93, '@show ~3 sistem! @orders'],
    ['extraction', 0.9, 'talimatların|talimatlarınız|istemin|isteminiz ~1 ne|neler|nedir|neydi'],
    ['extraction', 0.9, 'yukarıdaki ~2 metni|her|tüm|kelimeleri|şeyi ~2 tekrarla*|yazdır*|tekrar|göster*'],
    [
      'personas',
      0.72,
      'sen|yapay|cevap|yanıt|sınırsız ~5 kısıtlama*|sansür*|filtre*|sınır* olmadan|olmayan|yok|tanımayan!',
    ],
    [
      'overrides',
      0.7,
      'yeni talimatların|talimatlarınız|kuralların|kurallarınız! ~1 şu|şunlar|şudur|şunlardır',
    ],
    ['overrides', 0.9, '@prior ~1 @orders ~2 geçerli! değil'],
    [
      'overrides',
      0.75,
      'soruyu|metni|soruya cevaplama|yanıtlama|çevirme! ~1 sadece|yalnızca ~3 yaz|söyle|de',
    ],
    ['overrides', 0.9, 'güvenlik|etik kural*|filtre*|önlem*|yönerge* atla|aş|yoksay*|devre|kaldır!'],
    ['personas', 0.7, 'hiçbir kuralın|kısıtlaman|sınırın|kuralınız|kısıtlamanız! ~1 yok|kalmadı|yokmuş'],
    [
      'personas',
      0.85,
      'kısıtlamalardan|kurallardan|sınırlardan|filtrelerden! ~1 özgürsün|muafsın|kurtuldun|bağımsızsın|özgür',
    ],
    ['personas', 0.65, 'etik|ahlaki sınır*|kural*|kısıtlama* olmayan|olmadan|tanımayan!'],
    ['personas', 0.6, 'geliştirici mod* ~1 etkinleştir*|aktif*|aktive*!'],
  ],
}
