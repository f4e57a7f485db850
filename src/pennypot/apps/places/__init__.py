"""A place, its areas and agencies, who has which role in it, and the stages of its flow."""
