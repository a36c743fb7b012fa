// chalk looks once, when it is loaded: to be imported before ink. The worker is started with the same.
process.env.FORCE_COLOR = '1';
