"""The commands there are: where each is written, and its line in ``--help``."""

from __future__ import annotations

# name -> (module, help line): listing commands imports none of them.
COMMANDS = {
    "demo": ("vkaudience.cmd_demo", "всё исследование на игрушечном VK, без ключа и без сети"),
    "init": ("vkaudience.cmd_init", "создать исследование: папку с config.toml"),
    "check": ("vkaudience.cmd_check", "проверить настройки и ключ: что он может"),
    "plan": ("vkaudience.cmd_plan", "во что обойдётся сбор и кого он даст"),
    "collect": ("vkaudience.cmd_collect", "собрать участников и стены; продолжает с места остановки"),
    "import": ("vkaudience.cmd_import", "взять тексты и людей из файлов: CSV, XLSX, JSON, Telegram, zip"),
    "audiences": ("vkaudience.cmd_audiences", "аудитории исследования; с кем их сравнить (baseline)"),
    "lemmatize": ("vkaudience.cmd_lemmatize", "привести слова к начальной форме"),
    "entities": ("vkaudience.cmd_entities", "найти имена людей, места и организации"),
    "topics": ("vkaudience.cmd_topics", "построить темы и профили"),
    "report": ("vkaudience.cmd_report", "написать отчёт"),
    "team": ("vkaudience.cmd_team", "собирать командой: раздать доли, слить собранное"),
    "run": ("vkaudience.cmd_run", "всё по порядку, пропуская сделанное"),
    "schedule": ("vkaudience.cmd_schedule", "запускать каждый день: systemd, cron, планировщик Windows"),
    "forget": ("vkaudience.cmd_forget", "удалить людей из исследования и больше не собирать"),
    "purge": ("vkaudience.cmd_purge", "удалить данные людей, когда работа сделана"),
    "simulate": ("vkaudience.cmd_simulate", "запустить игрушечный VK"),
    "status": ("vkaudience.cmd_status", "что собрано, что не закончено, что VK не отдал"),
}
