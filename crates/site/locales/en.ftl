# Everything that the site says by itself. What editors wrote comes from the edition.
# Names in { } are filled in; keep them. Keys that begin with `player-` are also used by the player, which fills in
# {seconds}, {time}, {height}, {code} and {name} itself.

## Frame of every page
skip = Skip to content
nav-main = Main
nav-home = Home
language = Language
language-choose = Choose a language
about = About { $brand }
sisters = More from the house
powered = Runs on Primetime, open-source internet TV.
demo-note = Demo
demo-country = Pretend to be in
demo-apply = Go there
demo-unknown = an unknown country

## Home
home-title = { $brand } · { $tagline }
featured = Featured
hero-play = Watch now
hero-details = Details
rail-back = { $rail }: scroll back
rail-forward = { $rail }: scroll forward
home-empty = Nothing can be shown here yet
home-empty-text = Either nothing is licensed for where you are, or everything is still being prepared. New titles appear by themselves; try again in a minute.

## Cards and titles
badge-new = New
badge-leaving = Leaving soon
badge-hd = HD
locked = With { $plan }
locked-any = With a plan
until-date = Until { $date }
maturity = { $age }+
maturity-long = For ages { $age } and over
maturity-all = All ages
kind-movie = Film
kind-series = Series
kind-special = Special
seasons = { $count ->
    [one] { $count } season
   *[other] { $count } seasons
}
episodes-count = { $count ->
    [one] { $count } episode
   *[other] { $count } episodes
}
duration-hours = { $hours } h { $minutes } min
duration-minutes = { $minutes } min
duration-seconds = { $seconds } s
not-ready = Being prepared
progress = { $percent }% watched
continue-left = { $minutes ->
    [0] less than a minute left
   *[other] { $minutes } min left
}
continue-next = Next episode

## Title page
play-movie = Watch
play-episode = Watch { $code }
play-first = Start with { $code }
play-locked = Included with { $plan }
play-locked-text = Plans cannot be bought here yet; the free part of the catalogue is open to you.
season = Season { $number }
season-named = Season { $number }: { $name }
season-extras = Extras
seasons-nav = Seasons
episodes = Episodes
episode-code = S{ $season } E{ $number }
episode-long = Season { $season }, episode { $number }
cast = Cast and makers
about-title = About it
facts = Facts
fact-year = Year
fact-age = Age
fact-genres = Genres
fact-original = Original language
fact-countries = Made in
fact-audio = Audio
fact-subtitles = Subtitles
credit-notice = Source and licence
more-like = More like this

## Watch page
watch-title = { $name } · { $brand }
back-to = Back to { $name }
up-next = Up next
player-noscript = Playing needs JavaScript. Everything else on this site works without it.
player-region = Video player

## Problem pages
problem-home = Go to the home page
problem-code = Code
problem-not-found-title = There is no such page
problem-not-found-text = The address may be mistyped, or what was here has gone. The home page shows everything that you can watch.
problem-not-yet-title = Not open yet
problem-not-yet-text = This title opens on { $date }. Come back then: it will be right here.
problem-ended-title = This is no longer available
problem-ended-text = Our licence for this title ended on { $date }.
problem-ended-text-undated = Our licence for this title has ended.
problem-territory-title = Not available in your country
problem-territory-text = We may show this title only in some countries, and the one that you seem to be in is not among them. This is a matter of licences, not of you.
problem-device-title = Not available on this device
problem-device-text = The licence for this title does not cover the kind of device that you are using. Another one may do.
problem-maturity-title = Not for this profile
problem-maturity-text = This title is meant for older viewers than this profile may be shown.
problem-plan-title = Included with { $plan }
problem-plan-text = You can read about this title, but watching it takes a plan that you do not hold.
problem-taken-down-title = This was withdrawn
problem-taken-down-text = This title was taken down and cannot be shown.
problem-unavailable-title = We will be right back
problem-unavailable-text = Something that this page needs is not answering. It usually lasts seconds. Please try again.
problem-too-many-title = One moment, please
problem-too-many-text = Too many requests came from your connection. Wait a minute and try again.
problem-not-ready-title = Still being prepared
problem-not-ready-text = This title has arrived and is being encoded. It opens by itself; try again in a minute.
problem-error-title = Something went wrong on our side
problem-error-text = It has been noted. Trying again often helps.
problem-retry = Try again

## Player
player-play = Play
player-pause = Pause
player-mute = Mute
player-unmute = Sound on
player-volume = Volume
player-seek = Position
player-back = Back { $seconds } seconds
player-forward = Forward { $seconds } seconds
player-subtitles = Subtitles
player-subtitles-off = Off
player-audio = Audio
player-quality = Quality
player-auto = Automatic
player-auto-now = Automatic ({ $height }p)
player-settings = Settings
player-pip = Picture in picture
player-pip-exit = Leave picture in picture
player-fullscreen = Full screen
player-fullscreen-exit = Leave full screen
player-style = Subtitle style
player-size = Size
player-size-small = Small
player-size-medium = Medium
player-size-large = Large
player-size-huge = Very large
player-background = Background
player-background-none = Outline only
player-background-shade = Shaded
player-background-solid = Solid
player-style-sample = This is how subtitles look
player-menu-back = Back
player-skip-intro = Skip intro
player-next = Next episode
player-next-in = Plays in { $seconds } s
player-next-now = Play now
player-cancel = Cancel
player-resumed = Resumed at { $time }
player-start-over = Start over
player-again = Watch again
player-ended = The end
player-loading = Loading
player-buffering = Waiting for data
player-close = Close
player-help = Keyboard shortcuts
player-help-play = Play or pause
player-help-jump = Back or forward 10 seconds
player-help-step = Back or forward 5 seconds
player-help-volume = Louder or quieter
player-help-mute = Sound on or off
player-help-subtitles = Subtitles on or off
player-help-fullscreen = Full screen
player-help-percent = Jump to 0% … 90%
player-help-help = This help
player-retry = Try again
player-code = Code: { $code }
player-error-network = The connection was lost
player-error-network-text = The video cannot be reached. Check your connection; your place is kept.
player-error-offline = You are offline
player-error-offline-text = Playback goes on by itself as soon as you are connected again. Your place is kept.
player-error-media = This video cannot be played here
player-error-media-text = The browser could not decode it. Trying again, or another browser, may help.
player-error-unavailable = Playback cannot start right now
player-error-unavailable-text = Our service is not answering. It usually lasts seconds.
player-error-session = Your playback session ended
player-error-session-text = Press “Try again” to go on where you were.
player-error-denied = This title cannot be played
player-error-denied-text = It may have left the catalogue or may not be shown where you are.
player-subtitles-on-now = Subtitles: { $name }
player-subtitles-off-now = Subtitles off
player-muted-now = Sound off
player-volume-now = Volume { $percent }%

## Dates: Gregorian, in UTC
date = { $month } { $day }, { $year }
date-time = { $date }, { $time } UTC
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

## Languages and countries
lang-ar = Arabic
lang-de = German
lang-en = English
lang-es = Spanish
lang-fr = French
lang-id = Indonesian
lang-it = Italian
lang-ja = Japanese
lang-ko = Korean
lang-pt = Portuguese
lang-th = Thai
lang-zh = Chinese
country-AE = United Arab Emirates
country-AR = Argentina
country-AT = Austria
country-AU = Australia
country-BR = Brazil
country-CA = Canada
country-CH = Switzerland
country-CN = China
country-DE = Germany
country-DK = Denmark
country-EG = Egypt
country-ES = Spain
country-FR = France
country-GB = United Kingdom
country-GL = Greenland
country-ID = Indonesia
country-IE = Ireland
country-IN = India
country-IS = Iceland
country-IT = Italy
country-JP = Japan
country-KE = Kenya
country-KR = South Korea
country-LB = Lebanon
country-MA = Morocco
country-MX = Mexico
country-NL = Netherlands
country-NO = Norway
country-NZ = New Zealand
country-PT = Portugal
country-SA = Saudi Arabia
country-TH = Thailand
country-TW = Taiwan
country-US = United States
