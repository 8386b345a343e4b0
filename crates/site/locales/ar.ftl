# See en.ftl for what each key is for.

## Frame of every page
skip = انتقل إلى المحتوى
nav-main = القائمة الرئيسية
nav-home = الرئيسية
language = اللغة
language-choose = اختر لغة
about = عن { $brand }
sisters = المزيد من عائلتنا
powered = يعمل بمنصة Primetime، تلفزيون الإنترنت المفتوح المصدر.
demo-note = عرض تجريبي
demo-country = تصفّح كأنك في
demo-apply = انتقل
demo-unknown = بلد غير معروف

## Home
home-title = { $brand } · { $tagline }
featured = مختار لك
hero-play = شاهد الآن
hero-details = التفاصيل
rail-back = { $rail }: السابق
rail-forward = { $rail }: التالي
home-empty = لا شيء يمكن عرضه هنا بعد
home-empty-text = إما أنه لا يوجد ما هو مرخّص للعرض حيث أنت، أو أن كل شيء ما زال قيد التجهيز. تظهر العناوين الجديدة تلقائيًا؛ حاول مجددًا بعد دقيقة.

## Cards and titles
badge-new = جديد
badge-leaving = يغادر قريبًا
badge-hd = HD
locked = مع { $plan }
locked-any = باشتراك
until-date = حتى { $date }
maturity = +{ $age }
maturity-long = لمن بلغ { $age } سنة فأكثر
maturity-all = لجميع الأعمار
kind-movie = فيلم
kind-series = مسلسل
kind-special = برنامج خاص
seasons = { $count ->
    [zero] بلا مواسم
    [one] موسم واحد
    [two] موسمان
    [few] { $count } مواسم
    [many] { $count } موسمًا
   *[other] { $count } موسم
}
episodes-count = { $count ->
    [zero] بلا حلقات
    [one] حلقة واحدة
    [two] حلقتان
    [few] { $count } حلقات
    [many] { $count } حلقة
   *[other] { $count } حلقة
}
duration-hours = { $hours } س { $minutes } د
duration-minutes = { $minutes } د
duration-seconds = { $seconds } ث
not-ready = قيد التجهيز
progress = شوهد { $percent }٪
continue-left = { $minutes ->
    [0] بقي أقل من دقيقة
    [one] بقيت دقيقة
    [two] بقيت دقيقتان
    [few] بقيت { $minutes } دقائق
    [many] بقيت { $minutes } دقيقة
   *[other] بقيت { $minutes } دقيقة
}
continue-next = الحلقة التالية

## Title page
play-movie = شاهد
play-episode = شاهد { $code }
play-first = ابدأ من { $code }
play-locked = ضمن { $plan }
play-locked-text = لا يمكن شراء الاشتراكات هنا بعد؛ أما الجزء المجاني من المكتبة فمفتوح لك.
season = الموسم { $number }
season-named = الموسم { $number }: { $name }
season-extras = إضافات
seasons-nav = المواسم
episodes = الحلقات
episode-code = م{ $season } ح{ $number }
episode-long = الموسم { $season }، الحلقة { $number }
cast = الممثلون والصنّاع
about-title = القصة
facts = معلومات
fact-year = السنة
fact-age = العمر
fact-genres = النوع
fact-original = اللغة الأصلية
fact-countries = بلد الإنتاج
fact-audio = الصوت
fact-subtitles = الترجمة
credit-notice = المصدر والترخيص
more-like = أعمال مشابهة

## Watch page
watch-title = { $name } · { $brand }
back-to = العودة إلى { $name }
up-next = التالي
player-noscript = يحتاج التشغيل إلى JavaScript. كل ما عداه في الموقع يعمل بدونه.
player-region = مشغّل الفيديو

## Problem pages
problem-home = إلى الصفحة الرئيسية
problem-code = الرمز
problem-not-found-title = لا توجد صفحة كهذه
problem-not-found-text = ربما كُتب العنوان خطأً أو لم يعد ما كان هنا موجودًا. تجد في الصفحة الرئيسية كل ما يمكنك مشاهدته.
problem-not-yet-title = لم يُعرض بعد
problem-not-yet-text = يُعرض هذا العمل في { $date }. عُد حينها وستجده هنا.
problem-ended-title = لم يعد متاحًا
problem-ended-text = انتهى ترخيصنا لهذا العمل في { $date }.
problem-ended-text-undated = انتهى ترخيصنا لهذا العمل.
problem-territory-title = غير متاح في بلدك
problem-territory-text = لا يحق لنا عرض هذا العمل إلا في بعض البلدان، والبلد الذي تبدو فيه ليس منها. الأمر متعلق بالتراخيص لا بك.
problem-device-title = غير متاح على هذا الجهاز
problem-device-text = لا يشمل ترخيص هذا العمل نوع الجهاز الذي تستخدمه. قد يصلح جهاز آخر.
problem-maturity-title = ليس لهذا الملف الشخصي
problem-maturity-text = هذا العمل لمشاهدين أكبر سنًّا مما يسمح به هذا الملف.
problem-plan-title = ضمن { $plan }
problem-plan-text = يمكنك أن تقرأ عن هذا العمل، لكن مشاهدته تحتاج إلى اشتراك ليس لديك.
problem-taken-down-title = سُحب هذا العمل
problem-taken-down-text = سُحب هذا العمل ولا يمكن عرضه.
problem-unavailable-title = سنعود حالًا
problem-unavailable-text = شيء تحتاجه هذه الصفحة لا يستجيب. يدوم ذلك عادةً ثوانيَ. حاول مرة أخرى.
problem-too-many-title = لحظة من فضلك
problem-too-many-text = وصلت طلبات كثيرة جدًا من اتصالك. انتظر دقيقة ثم حاول مجددًا.
problem-not-ready-title = ما زال قيد التجهيز
problem-not-ready-text = وصل هذا العمل ويجري ترميزه. سيُفتح تلقائيًا؛ حاول مجددًا بعد دقيقة.
problem-error-title = حدث خطأ من جانبنا
problem-error-text = سُجّل الخطأ. كثيرًا ما تنفع المحاولة مرة أخرى.
problem-retry = حاول مجددًا

## Player
player-play = تشغيل
player-pause = إيقاف مؤقت
player-mute = كتم الصوت
player-unmute = تشغيل الصوت
player-volume = مستوى الصوت
player-seek = الموضع
player-back = { $seconds } ثوانٍ إلى الخلف
player-forward = { $seconds } ثوانٍ إلى الأمام
player-subtitles = الترجمة
player-subtitles-off = إيقاف
player-audio = الصوت
player-quality = الجودة
player-auto = تلقائية
player-auto-now = تلقائية ({ $height }p)
player-settings = الإعدادات
player-pip = صورة داخل صورة
player-pip-exit = إنهاء صورة داخل صورة
player-fullscreen = ملء الشاشة
player-fullscreen-exit = إنهاء ملء الشاشة
player-style = شكل الترجمة
player-size = الحجم
player-size-small = صغير
player-size-medium = متوسط
player-size-large = كبير
player-size-huge = كبير جدًا
player-background = الخلفية
player-background-none = حدود فقط
player-background-shade = نصف شفافة
player-background-solid = معتمة
player-style-sample = هكذا تبدو الترجمة
player-menu-back = رجوع
player-skip-intro = تخطَّ المقدمة
player-next = الحلقة التالية
player-next-in = تبدأ بعد { $seconds } ث
player-next-now = شاهدها الآن
player-cancel = إلغاء
player-resumed = نتابع من { $time }
player-start-over = من البداية
player-again = شاهد مجددًا
player-ended = النهاية
player-loading = جارٍ التحميل
player-buffering = في انتظار البيانات
player-close = إغلاق
player-help = اختصارات لوحة المفاتيح
player-help-play = تشغيل أو إيقاف مؤقت
player-help-jump = 10 ثوانٍ إلى الخلف أو الأمام
player-help-step = 5 ثوانٍ إلى الخلف أو الأمام
player-help-volume = رفع الصوت أو خفضه
player-help-mute = كتم الصوت أو تشغيله
player-help-subtitles = تشغيل الترجمة أو إيقافها
player-help-fullscreen = ملء الشاشة
player-help-percent = الانتقال إلى 0٪ … 90٪
player-help-help = هذه المساعدة
player-retry = حاول مجددًا
player-code = الرمز: { $code }
player-error-network = انقطع الاتصال
player-error-network-text = لا يمكن الوصول إلى الفيديو. تحقق من اتصالك؛ موضعك محفوظ.
player-error-offline = أنت غير متصل
player-error-offline-text = يتابع التشغيل من تلقاء نفسه حالما يعود الاتصال. موضعك محفوظ.
player-error-media = لا يمكن تشغيل هذا الفيديو هنا
player-error-media-text = لم يستطع المتصفح فك ترميزه. قد تنفع المحاولة مجددًا أو متصفح آخر.
player-error-unavailable = لا يمكن بدء التشغيل الآن
player-error-unavailable-text = خدمتنا لا تستجيب. يدوم ذلك عادةً ثوانيَ.
player-error-session = انتهت جلسة المشاهدة
player-error-session-text = اضغط «حاول مجددًا» لتتابع من حيث كنت.
player-error-denied = لا يمكن تشغيل هذا العمل
player-error-denied-text = ربما غادر المكتبة أو لا يحق عرضه حيث أنت.
player-subtitles-on-now = الترجمة: { $name }
player-subtitles-off-now = الترجمة متوقفة
player-muted-now = الصوت مكتوم
player-volume-now = الصوت { $percent }٪

## Dates: Gregorian, in UTC
date = { $day } { $month } { $year }
date-time = { $date }، { $time } UTC
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر

## Languages and countries
lang-ar = العربية
lang-de = الألمانية
lang-en = الإنجليزية
lang-es = الإسبانية
lang-fr = الفرنسية
lang-id = الإندونيسية
lang-it = الإيطالية
lang-ja = اليابانية
lang-ko = الكورية
lang-pt = البرتغالية
lang-th = التايلاندية
lang-zh = الصينية
country-AE = الإمارات العربية المتحدة
country-AR = الأرجنتين
country-AT = النمسا
country-AU = أستراليا
country-BR = البرازيل
country-CA = كندا
country-CH = سويسرا
country-CN = الصين
country-DE = ألمانيا
country-DK = الدنمارك
country-EG = مصر
country-ES = إسبانيا
country-FR = فرنسا
country-GB = المملكة المتحدة
country-GL = غرينلاند
country-ID = إندونيسيا
country-IE = أيرلندا
country-IN = الهند
country-IS = آيسلندا
country-IT = إيطاليا
country-JP = اليابان
country-KE = كينيا
country-KR = كوريا الجنوبية
country-LB = لبنان
country-MA = المغرب
country-MX = المكسيك
country-NL = هولندا
country-NO = النرويج
country-NZ = نيوزيلندا
country-PT = البرتغال
country-SA = السعودية
country-TH = تايلاند
country-TW = تايوان
country-US = الولايات المتحدة
