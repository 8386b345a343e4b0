# See en.ftl for what each key is for.

## Frame of every page
skip = Saltar al contenido
nav-main = Menú principal
nav-home = Inicio
language = Idioma
language-choose = Elige un idioma
about = Sobre { $brand }
sisters = Más de la casa
powered = Funciona con Primetime, televisión por internet de código abierto.
demo-note = Demostración
demo-country = Fingir que estás en
demo-apply = Ir allí
demo-unknown = un país desconocido

## Home
home-title = { $brand } · { $tagline }
featured = Destacado
hero-play = Ver ahora
hero-details = Detalles
rail-back = { $rail }: anteriores
rail-forward = { $rail }: siguientes
home-empty = Aún no hay nada que mostrar
home-empty-text = O no hay nada con licencia para el lugar donde estás, o todo se está preparando todavía. Los títulos nuevos aparecen solos; vuelve a intentarlo en un minuto.

## Cards and titles
badge-new = Nuevo
badge-leaving = Se va pronto
badge-hd = HD
locked = Con { $plan }
locked-any = Con suscripción
until-date = Hasta el { $date }
maturity = { $age }+
maturity-long = Para mayores de { $age } años
maturity-all = Para todos los públicos
kind-movie = Película
kind-series = Serie
kind-special = Especial
seasons = { $count ->
    [one] { $count } temporada
   *[other] { $count } temporadas
}
episodes-count = { $count ->
    [one] { $count } episodio
   *[other] { $count } episodios
}
duration-hours = { $hours } h { $minutes } min
duration-minutes = { $minutes } min
duration-seconds = { $seconds } s
not-ready = En preparación
progress = { $percent } % visto
continue-left = { $minutes ->
    [0] queda menos de un minuto
    [one] queda { $minutes } min
   *[other] quedan { $minutes } min
}
continue-next = Siguiente episodio

## Title page
play-movie = Ver
play-episode = Ver { $code }
play-first = Empezar por { $code }
play-locked = Incluido en { $plan }
play-locked-text = Aquí todavía no se pueden contratar suscripciones; la parte gratuita del catálogo está abierta para ti.
season = Temporada { $number }
season-named = Temporada { $number }: { $name }
season-extras = Extras
seasons-nav = Temporadas
episodes = Episodios
episode-code = T{ $season } E{ $number }
episode-long = Temporada { $season }, episodio { $number }
cast = Reparto y equipo
about-title = Sinopsis
facts = Ficha
fact-year = Año
fact-age = Edad
fact-genres = Géneros
fact-original = Idioma original
fact-countries = Producción
fact-audio = Audio
fact-subtitles = Subtítulos
credit-notice = Procedencia y licencia
more-like = Títulos parecidos

## Watch page
watch-title = { $name } · { $brand }
back-to = Volver a { $name }
up-next = A continuación
player-noscript = Para reproducir hace falta JavaScript. El resto del sitio funciona sin él.
player-region = Reproductor de vídeo

## Problem pages
problem-home = Ir a la página de inicio
problem-code = Código
problem-not-found-title = Esta página no existe
problem-not-found-text = Puede que la dirección esté mal escrita o que lo que había aquí ya no esté. En la página de inicio verás todo lo que puedes ver.
problem-not-yet-title = Todavía no se ha estrenado
problem-not-yet-text = Este título se estrena el { $date }. Vuelve entonces: estará aquí mismo.
problem-ended-title = Ya no está disponible
problem-ended-text = Nuestra licencia de este título terminó el { $date }.
problem-ended-text-undated = Nuestra licencia de este título ha terminado.
problem-territory-title = No disponible en tu país
problem-territory-text = Solo podemos mostrar este título en algunos países, y el país en el que pareces estar no es uno de ellos. Es cuestión de licencias, no tuya.
problem-device-title = No disponible en este dispositivo
problem-device-text = La licencia de este título no cubre el tipo de dispositivo que usas. Quizá otro sirva.
problem-maturity-title = No apto para este perfil
problem-maturity-text = Este título es para espectadores mayores de lo que permite este perfil.
problem-plan-title = Incluido en { $plan }
problem-plan-text = Puedes leer sobre este título, pero para verlo hace falta una suscripción que no tienes.
problem-taken-down-title = Este título se retiró
problem-taken-down-text = Este título se ha retirado y no se puede mostrar.
problem-unavailable-title = Volvemos enseguida
problem-unavailable-text = Algo que esta página necesita no responde. Suele durar unos segundos. Inténtalo de nuevo.
problem-too-many-title = Un momento, por favor
problem-too-many-text = Han llegado demasiadas peticiones desde tu conexión. Espera un minuto e inténtalo de nuevo.
problem-not-ready-title = Todavía en preparación
problem-not-ready-text = Este título ha llegado y se está codificando. Se abrirá solo; vuelve a intentarlo en un minuto.
problem-error-title = Algo ha fallado por nuestra parte
problem-error-text = Ha quedado registrado. Volver a intentarlo suele bastar.
problem-retry = Intentar de nuevo

## Player
player-play = Reproducir
player-pause = Pausar
player-mute = Silenciar
player-unmute = Activar el sonido
player-volume = Volumen
player-seek = Posición
player-back = Retroceder { $seconds } segundos
player-forward = Avanzar { $seconds } segundos
player-subtitles = Subtítulos
player-subtitles-off = Desactivados
player-audio = Audio
player-quality = Calidad
player-auto = Automática
player-auto-now = Automática ({ $height }p)
player-settings = Ajustes
player-pip = Imagen en imagen
player-pip-exit = Salir de imagen en imagen
player-fullscreen = Pantalla completa
player-fullscreen-exit = Salir de pantalla completa
player-style = Aspecto de los subtítulos
player-size = Tamaño
player-size-small = Pequeño
player-size-medium = Mediano
player-size-large = Grande
player-size-huge = Muy grande
player-background = Fondo
player-background-none = Solo contorno
player-background-shade = Sombreado
player-background-solid = Sólido
player-style-sample = Así se ven los subtítulos
player-menu-back = Atrás
player-skip-intro = Saltar la cabecera
player-next = Siguiente episodio
player-next-in = Empieza en { $seconds } s
player-next-now = Ver ya
player-cancel = Cancelar
player-resumed = Sigues desde { $time }
player-start-over = Empezar de nuevo
player-again = Volver a ver
player-ended = Fin
player-loading = Cargando
player-buffering = Esperando datos
player-close = Cerrar
player-help = Atajos de teclado
player-help-play = Reproducir o pausar
player-help-jump = Retroceder o avanzar 10 segundos
player-help-step = Retroceder o avanzar 5 segundos
player-help-volume = Subir o bajar el volumen
player-help-mute = Activar o quitar el sonido
player-help-subtitles = Activar o quitar los subtítulos
player-help-fullscreen = Pantalla completa
player-help-percent = Saltar al 0 % … 90 %
player-help-help = Esta ayuda
player-retry = Intentar de nuevo
player-code = Código: { $code }
player-error-network = Se perdió la conexión
player-error-network-text = No se puede acceder al vídeo. Comprueba tu conexión; tu posición está guardada.
player-error-offline = Estás sin conexión
player-error-offline-text = La reproducción seguirá sola en cuanto vuelvas a tener conexión. Tu posición está guardada.
player-error-media = Este vídeo no se puede reproducir aquí
player-error-media-text = El navegador no ha podido descodificarlo. Intentarlo de nuevo, o con otro navegador, puede ayudar.
player-error-unavailable = La reproducción no puede empezar ahora
player-error-unavailable-text = Nuestro servicio no responde. Suele durar unos segundos.
player-error-session = Tu sesión de reproducción terminó
player-error-session-text = Pulsa «Intentar de nuevo» para seguir donde estabas.
player-error-denied = Este título no se puede reproducir
player-error-denied-text = Puede que haya salido del catálogo o que no se pueda mostrar donde estás.
player-subtitles-on-now = Subtítulos: { $name }
player-subtitles-off-now = Subtítulos desactivados
player-muted-now = Sin sonido
player-volume-now = Volumen { $percent } %

## Dates: Gregorian, in UTC
date = { $day } de { $month } de { $year }
date-time = { $date }, { $time } UTC
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre

## Languages and countries
lang-ar = Árabe
lang-de = Alemán
lang-en = Inglés
lang-es = Español
lang-fr = Francés
lang-id = Indonesio
lang-it = Italiano
lang-ja = Japonés
lang-ko = Coreano
lang-pt = Portugués
lang-th = Tailandés
lang-zh = Chino
country-AE = Emiratos Árabes Unidos
country-AR = Argentina
country-AT = Austria
country-AU = Australia
country-BR = Brasil
country-CA = Canadá
country-CH = Suiza
country-CN = China
country-DE = Alemania
country-DK = Dinamarca
country-EG = Egipto
country-ES = España
country-FR = Francia
country-GB = Reino Unido
country-GL = Groenlandia
country-ID = Indonesia
country-IE = Irlanda
country-IN = India
country-IS = Islandia
country-IT = Italia
country-JP = Japón
country-KE = Kenia
country-KR = Corea del Sur
country-LB = Líbano
country-MA = Marruecos
country-MX = México
country-NL = Países Bajos
country-NO = Noruega
country-NZ = Nueva Zelanda
country-PT = Portugal
country-SA = Arabia Saudí
country-TH = Tailandia
country-TW = Taiwán
country-US = Estados Unidos
