import './player/element.ts';
