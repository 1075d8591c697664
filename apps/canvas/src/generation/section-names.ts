import { type Section, sections } from '@valuecanvas/contracts-canvas';

/**
 * Names of the nine blocks as models write them, in the order of `sections`: English synonyms, then the usual
 * translations of the business model canvas. Spelling, case and separators do not matter.
 */
const names: Readonly<Record<Section, string>> = {
  keyPartners: `key partners, key partner, partners, key partnerships, partnerships, partner network
    | Schlüsselpartner, Schlüsselpartnerschaften | partenaires clés, partenariats clés | socios clave, socios claves, alianzas clave
    | parcerias principais, parceiros-chave, parcerias-chave, parceiros chave | partner chiave, partnership chiave
    | belangrijkste partners, kernpartners | kluczowi partnerzy | ключевые партнеры, ключевые партнёры | ключові партнери
    | anahtar ortaklar, temel ortaklar | الشركاء الرئيسيون, الشركاء الرئيسيين, الشراكات الرئيسية | شرکای کلیدی | کلیدی شراکت دار, کلیدی شراکتیں
    | मुख्य भागीदार, प्रमुख भागीदार, मुख्य साझेदार, प्रमुख साझेदार | মূল অংশীদার, প্রধান অংশীদার | 关键合作伙伴, 重要伙伴, 重要合作, 核心合作伙伴
    | 關鍵合作夥伴, 主要パートナー, キーパートナー, パートナー | 핵심 파트너, 핵심 파트너십 | mitra utama, kemitraan utama | đối tác chính`,
  keyActivities: `key activities, key activity, activities
    | Schlüsselaktivitäten | activités clés | actividades clave, actividades claves | atividades principais, atividades-chave
    | attività chiave | kernactiviteiten, belangrijkste activiteiten | kluczowe działania | ключевые виды деятельности, ключевые действия, ключевая деятельность
    | ключові види діяльності | anahtar faaliyetler, temel faaliyetler | الأنشطة الرئيسية | فعالیت‌های کلیدی | کلیدی سرگرمیاں
    | मुख्य गतिविधियाँ, प्रमुख गतिविधियाँ, मुख्य गतिविधियां, प्रमुख गतिविधियां | মূল কার্যক্রম, প্রধান কার্যক্রম | 关键活动, 关键业务, 核心活动
    | 關鍵活動, 關鍵業務 | 主要活動, キーアクティビティ | 핵심 활동 | aktivitas utama, kegiatan utama | hoạt động chính`,
  valuePropositions: `value propositions, value proposition, unique value proposition, values, offer
    | Wertangebote, Wertangebot, Nutzenversprechen, Werteversprechen | propositions de valeur, proposition de valeur, offre de valeur
    | propuestas de valor, propuesta de valor | propostas de valor, proposta de valor | proposte di valore, proposta di valore, valore offerto
    | waardeproposities, waardepropositie | propozycje wartości, propozycja wartości | ценностные предложения, ценностное предложение
    | ціннісні пропозиції, ціннісна пропозиція | değer önerileri, değer önerisi | القيمة المقترحة, عروض القيمة, القيم المقترحة | ارزش‌های پیشنهادی, ارزش پیشنهادی | قدر کی تجاویز, قدر کی تجویز
    | मूल्य प्रस्ताव | মূল্য প্রস্তাব, মূল্য প্রস্তাবনা | 价值主张 | 價值主張 | 価値提案, 提供価値 | 가치 제안 | proposisi nilai | tuyên bố giá trị, giải pháp giá trị`,
  customerRelationships: `customer relationships, customer relationship, customer relations, relationships
    | Kundenbeziehungen | relations clients, relation client, relations avec les clients | relaciones con los clientes, relación con los clientes, relaciones con clientes, relación con clientes
    | relacionamento com clientes, relacionamentos com clientes, relacionamento com o cliente, relações com clientes
    | relazioni con i clienti | klantrelaties | relacje z klientami | взаимоотношения с клиентами, отношения с клиентами
    | відносини з клієнтами, взаємовідносини з клієнтами | müşteri ilişkileri | العلاقات مع العملاء, علاقات العملاء | ارتباط با مشتری, روابط با مشتریان | گاہکوں کے تعلقات, کسٹمر تعلقات
    | ग्राहक संबंध | গ্রাহক সম্পর্ক | 客户关系 | 客戶關係, 顧客關係 | 顧客との関係, 顧客関係 | 고객 관계 | hubungan pelanggan | quan hệ khách hàng`,
  customerSegments: `customer segments, customer segment, segments, customers, target customers
    | Kundensegmente | segments de clientèle, segments clients | segmentos de clientes, segmentos de mercado | segmentos de cliente
    | segmenti di clientela, segmenti di clienti | klantsegmenten | segmenty klientów | сегменты клиентов, потребительские сегменты, клиентские сегменты
    | сегменти клієнтів, споживчі сегменти | müşteri segmentleri | شرائح العملاء, قطاعات العملاء | بخش‌های مشتریان, بخش مشتریان | گاہکوں کے طبقے, کسٹمر سیگمنٹس
    | ग्राहक खंड, ग्राहक वर्ग | গ্রাহক বিভাগ, গ্রাহক অংশ | 客户细分, 客户群体 | 客戶細分, 目標客層, 顧客區隔 | 顧客セグメント | 고객 세그먼트, 고객군 | segmen pelanggan | phân khúc khách hàng`,
  keyResources: `key resources, key resource, resources
    | Schlüsselressourcen | ressources clés | recursos clave, recursos claves | recursos principais, recursos-chave
    | risorse chiave | kernresources, belangrijkste middelen, belangrijkste resources | kluczowe zasoby | ключевые ресурсы | ключові ресурси
    | anahtar kaynaklar, temel kaynaklar | الموارد الرئيسية | منابع کلیدی | کلیدی وسائل
    | मुख्य संसाधन, प्रमुख संसाधन | মূল সম্পদ, প্রধান সম্পদ | 关键资源, 核心资源 | 關鍵資源 | 主要リソース, キーリソース, リソース | 핵심 자원 | sumber daya utama | nguồn lực chính`,
  channels: `channels, channel, distribution channels
    | Kanäle, Vertriebskanäle | canaux, canaux de distribution | canales, canales de distribución | canais, canais de distribuição | canali
    | kanalen | kanały | каналы, каналы сбыта | канали | kanallar | القنوات | کانال‌ها, کانال ها | ذرائع, چینلز
    | चैनल | চ্যানেল | 渠道, 渠道通路 | 通路, 渠道通路 | チャネル, チャンネル | 채널 | saluran, kanal | kênh, kênh phân phối, các kênh`,
  costStructure: `cost structure, cost structures, costs
    | Kostenstruktur | structure de coûts, structure des coûts | estructura de costos, estructura de costes | estrutura de custos, estrutura de custo
    | struttura dei costi, struttura di costo | kostenstructuur | struktura kosztów | структура издержек, структура затрат, структура расходов
    | структура витрат | maliyet yapısı | هيكل التكاليف, بنية التكاليف | ساختار هزینه, ساختار هزینه‌ها | لاگت کا ڈھانچہ
    | लागत संरचना | খরচ কাঠামো, ব্যয় কাঠামো | 成本结构 | 成本結構 | コスト構造 | 비용 구조 | struktur biaya | cơ cấu chi phí, cấu trúc chi phí`,
  revenueStreams: `revenue streams, revenue stream, revenues, revenue, income streams
    | Einnahmequellen, Einnahmeströme, Erlösquellen | sources de revenus, flux de revenus | fuentes de ingresos, flujos de ingresos
    | fontes de receita, fontes de renda, fluxos de receita | flussi di ricavi, fonti di ricavo | inkomstenstromen
    | strumienie przychodów, źródła przychodów | потоки доходов, источники доходов, потоки поступления доходов | потоки доходів, джерела доходів
    | gelir akışları, gelir kaynakları | مصادر الإيرادات, تدفقات الإيرادات | جریان‌های درآمدی, جریان درآمدی, جریان درآمد | آمدنی کے ذرائع, آمدنی کے سلسلے
    | राजस्व धाराएँ, राजस्व स्रोत, आय के स्रोत, राजस्व धाराएं | রাজস্ব প্রবাহ, আয়ের উৎস, রাজস্ব ধারা | 收入来源, 收入流 | 收入來源, 收益流 | 収益の流れ, 収入源, 収益源 | 수익원, 수익 흐름 | arus pendapatan, sumber pendapatan, aliran pendapatan | dòng doanh thu, nguồn doanh thu`,
};

/** Letters and digits only, in lower case and without Latin accents. Marks of Indic and Arabic scripts stay. */
const normalized = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '');

const sectionsByName = new Map(
  sections.flatMap((section) =>
    names[section].split(/[,|]/).map((name) => [normalized(name), section] as const),
  ),
);

/** Returns the block that a key or heading names, or undefined. Ignores numbering such as "1." before the name. */
export function sectionNamed(name: string): Section | undefined {
  const key = normalized(name);
  return sectionsByName.get(key) ?? sectionsByName.get(key.replace(/^\p{N}{1,2}/u, ''));
}
